"""Where the knowledge that comes with the package lies."""

from __future__ import annotations

from pathlib import Path

from kneebayes.errors import KneebayesError

__all__ = ["shipped_folder"]


def shipped_folder() -> Path:
    """Folder of the article's knowledge: inside an installed package, else beside it.

    Raises
    ------
    KneebayesError
        If neither place holds it.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "priors", package.parent / "priors"):
        if (folder / "knowledge.toml").is_file():
            return folder
    message = (
        f"The knowledge files were found neither in {package} nor beside it. "
        "Install kneebayes again, or name a folder: kneebayes.load('path/to/priors')."
    )
    raise KneebayesError(message)
