"""Knowledge folders: the one that comes with the package, and a small one to begin with."""

from __future__ import annotations

from pathlib import Path

from kneebayes.errors import KneebayesError
from kneebayes.text import clipped


def shipped_folder() -> Path:
    """Folder of the article's knowledge: inside an installed package, else beside it."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "priors", package.parent / "priors"):
        if (folder / "knowledge.toml").is_file():
            return folder
    message = (
        f"The knowledge files were found neither in {package} nor beside it. "
        "Install kneebayes again, or name a folder: kneebayes.load('path/to/priors')."
    )
    raise KneebayesError(message)


STARTER = Path(__file__).parent / "starter"


def start_folder(folder: str | Path) -> Path:
    """Write a small knowledge folder that loads, with comments that say what to put in its place.

    Raises
    ------
    KneebayesError
        If there is something in the folder, or it cannot be written.

    Examples
    --------
    >>> import tempfile, kneebayes as kb
    >>> with tempfile.TemporaryDirectory() as place:
    ...     kb.load(start_folder(f"{place}/shoulder"))
    Model('Pain in the shoulder', lexicon 'plain': 5 causes, 7 findings, 2 contexts)
    """
    try:
        target = Path(folder)
        if target.is_file() or (target.is_dir() and any(target.iterdir())):
            message = f"{target}: there is something already. Name a folder that is new or empty."
            raise KneebayesError(message)
        for source in sorted(STARTER.rglob("*.*")):
            path = target / source.relative_to(STARTER)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source.read_text("utf-8"), encoding="utf-8", newline="\n")
    except (OSError, ValueError, TypeError) as error:  # also a name that is too long to look for
        why = getattr(error, "strerror", None) or str(error)
        message = f"{clipped(str(folder), 200)}: cannot be written: {why}. Name another folder."
        raise KneebayesError(message) from None
    return target
