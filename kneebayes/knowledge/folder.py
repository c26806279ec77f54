"""Knowledge folders: the one that comes with the package, and a small one to begin with."""

from __future__ import annotations

import json
import re
from pathlib import Path

from kneebayes.errors import KneebayesError
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.text import as_id, clipped


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
EXAMPLE = "#= "  # before a line that is there to be copied
OF_THE_EXAMPLE = "shoulder_pain"  # the id of its complaint
NEWLINE = "\n"
WORDS = "lexicons.toml"  # the file of the example that any complaint can begin with
REST, SHOWN = "causes/something_else.toml", "causes/frozen_shoulder.toml"
TAKEN = {Path(REST).stem, EXPLANATION}  # ids that no complaint can have
LONGEST = 80


def start_folder(folder: str | Path, complaint: str = "") -> Path:
    """Write a small knowledge folder that loads, with comments that say what to put in its place.

    Parameters
    ----------
    folder
        A folder that is empty or not there yet.
    complaint
        What brings its patients, in plain words. With it the folder is about that and has no cause
        but "something else"; the entries of the example stand in comments, to be copied. Left out,
        the folder is an example, about pain in the shoulder.

    Raises
    ------
    KneebayesError
        If there is something in the folder, it cannot be written, or the complaint is no name.

    Examples
    --------
    >>> import tempfile, kneebayes as kb
    >>> with tempfile.TemporaryDirectory() as place:
    ...     kb.load(start_folder(f"{place}/shoulder"))
    ...     kb.load(start_folder(f"{place}/head", "headache"))
    Model('Pain in the shoulder', lexicon 'plain': 5 causes, 7 findings, 2 contexts)
    Model('Headache', lexicon 'plain': 1 cause, 1 finding, 0 contexts)
    """
    texts = {
        source.relative_to(STARTER).as_posix(): source.read_text("utf-8")
        for source in sorted(STARTER.rglob("*.*"))
    }
    if complaint:
        texts = _emptied(texts, complaint.strip())
    try:
        target = Path(folder)
        if target.is_file() or (target.is_dir() and any(target.iterdir())):
            message = f"{target}: there is something already. Name a folder that is new or empty."
            raise KneebayesError(message)
        for name, text in texts.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError, TypeError) as error:  # also a name that is too long to look for
        why = getattr(error, "strerror", None) or str(error)
        message = f"{clipped(str(folder), 200)}: cannot be written: {why}. Name another folder."
        raise KneebayesError(message) from None
    return target


def _emptied(texts: dict[str, str], complaint: str) -> dict[str, str]:
    """The example as a form to fill in: its entries in comments, and one complaint."""
    id = _id_of(complaint)
    texts = {name: text.replace(OF_THE_EXAMPLE, id) for name, text in texts.items()}
    form = {
        name: text if name == WORDS else _in_comments(text)
        for name, text in texts.items()
        if name.endswith(".toml") and not name.startswith("causes/")
    }
    form["claims.csv"] = f"{texts['claims.csv'].splitlines()[0]}\n"
    about, care, sentences = texts["knowledge.toml"].partition("[[care]]")
    title = json.dumps(complaint[0].upper() + complaint[1:], ensure_ascii=False)
    opened = (
        "# What this folder is about. Every file shows in comments what its entries look like:\n"
        f"{about.partition(NEWLINE)[2]}{_in_comments(care + sentences)}"
    )
    form["knowledge.toml"] = re.sub("(?m)^title = .*$", lambda _: f"title = {title}", opened)
    opening, *entries = texts["findings.toml"].split("\n[")
    label = json.dumps(complaint, ensure_ascii=False)
    reason = "assumed: something else stands for every cause that is not named"
    form["findings.toml"] = (
        f'{opening}\n[{id}]\nlabel = {label}\n# aliases = ["what else people call it"]\n'
        f'kind = "complaint"\n# question = "Do you have ...?"\nleak = 0.0\n'
        f'because = "{reason}"\n\n# All others look like this:\n'
        + _in_comments("\n".join(f"[{entry}" for entry in entries[1:]))
    )
    rest, _, shown = texts[REST].partition(f"\n{id} = ")
    form[REST] = (
        f"{rest}\n{id} = {shown.partition(NEWLINE)[0]}\n\n# Every other cause is a file beside "
        f"this one, named by the id of the cause. {SHOWN} could be:\n{_in_comments(texts[SHOWN])}"
    )
    return form


def _in_comments(text: str) -> str:
    """TOML whose lines are all comments: those that say something are there to be copied."""
    lines = [
        f"{EXAMPLE}{line}" if line and not line.startswith("#") else line
        for line in text.splitlines()
    ]
    return "\n".join([*lines, ""])


def _id_of(name: str) -> str:
    """The id of a complaint; what is no name is a :class:`KneebayesError`."""
    id = as_id(name)
    if not id or len(name) > LONGEST or not name.isprintable() or set(name) & set("<>"):
        message = (
            f"complaint: '{clipped(name, 100)}' is no name: plain words on one line, written with "
            f"at most {LONGEST} letters from a to z, such as 'headache'."
        )
        raise KneebayesError(message)
    if id in TAKEN:
        message = f"complaint: every folder has something called '{id}'. Use another name."
        raise KneebayesError(message)
    return id
