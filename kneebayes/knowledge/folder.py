"""Knowledge folders: the shipped one, a small one to begin with, and one that extends another.

A folder with ``extends`` says only in what it differs: entries of the same name replace those of
the other folder whole, new ones are added, and ``without`` leaves some out. A folder that is
extended may itself extend another.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from kneebayes.errors import KneebayesError, Problem
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.files import LARGEST, read_toml
from kneebayes.text import as_id, clipped, did_you_mean, shown


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


META = "knowledge.toml"
KINDS = {".toml", ".tml", ".csv"}  # of files that look as if they held knowledge
SHIPPED = "kneebayes"  # as a folder: the one that comes with the package
MOST = 8  # folders, one extending the next
ENTRIES = ("contexts.toml", "mediators.toml", "findings.toml", "tests.toml", "groups.toml")
NESTED = {"tests.toml", "sayings.toml"}  # their entries stand in tables of their own
THERE = "Or, in the folder that extends it: state the entry anew, or leave it out ('without')."
OWN_MATTER = ("extends", "without")  # what a folder says of itself alone


@dataclass(frozen=True, slots=True)
class Extended:
    """One folder of a chain, with what it leaves out of the folders before it."""

    path: Path
    name: str = ""  # before its files in a message; empty for the folder that was asked for
    without: tuple[str, ...] = ()

    def place(self, file: str) -> str:
        """How a file of it is called in a message."""
        return f"{self.name}/{file}" if self.name else file


class Layered:
    """A folder and those that it extends, the furthest first; the last is the folder itself."""

    def __init__(
        self, folder: Path, problems: list[Problem], chain: Mapping[str, Path] | None = None
    ) -> None:
        if chain is None:
            self.folders = _chain(folder, problems)
        else:
            known = chain.items()
            self.folders = tuple(Extended(path, name, _without(path)) for name, path in known)
        self.owner: dict[str, Extended] = {}  # by place of an entry the folder that it is from
        self._left_out: set[str] = set()

    def having(self, file: str) -> list[Extended]:
        """The folders that have a file; the last one alone where none has."""
        having = [folder for folder in self.folders if (folder.path / file).exists()]
        return having or [self.folders[-1]]

    def texts(self) -> dict[str, dict[str, str]]:
        """By name of each folder its files, as they stand there but for the ends of lines."""
        return {
            folder.name: {
                path.relative_to(folder.path).as_posix(): path.read_text("utf-8-sig")
                for pattern in ("*.toml", "*.csv", "causes/*.toml")
                for path in sorted(folder.path.glob(pattern))
                if not path.name.startswith(".")
            }
            for folder in self.folders
        }

    def content_key(self) -> str:
        """SHA-256 of all files that are looked at, byte for byte, with their names."""
        whole = hashlib.sha256()
        for folder in self.folders:
            for path in looks_known((*folder.path.glob("*"), *folder.path.glob("causes/*"))):
                if path.is_file():
                    size = path.stat().st_size
                    data = path.read_bytes() if size <= LARGEST else b""  # refused when read
                    place = path.relative_to(folder.path).as_posix()
                    whole.update(f"{folder.name} {place} {size}:".encode() + data)
        return whole.hexdigest()

    def merged(self, file: str, contents: Iterable[tuple[Extended, Mapping[str, Any]]]) -> Any:
        """The entries of a file from what each folder says in it, the furthest first."""
        said = {folder: self.left_of(file, content, folder) for folder, content in contents}
        return self._laid(file, said)

    def left_of(self, file: str, content: Any, folder: Extended) -> Any:
        """What a folder says in a file; one that is extended, without what is left out of it."""
        extended = folder is not self.folders[-1]
        return without_mentions(file, content, self.gone) if extended else content

    @cached_property
    def gone(self) -> frozenset[str]:
        """Ids of entries that are left out of what is extended, and not stated anew."""
        if not any(folder.without for folder in self.folders):
            return frozenset()
        folders = [folder.path / "causes" for folder in self.folders]
        before = {file.stem for causes in folders for file in causes.glob("*.toml")}
        after = set(self.causes())
        for file in ENTRIES:
            said = {each: read_toml(each.path / file, file, []) or {} for each in self.having(file)}
            for ids, contents in ((before, said.values()), (after, [self._laid(file, said)])):
                for content in contents:
                    ids.update(content.get("results", ()) if file in NESTED else content)
        return frozenset(before - after)

    def _laid(self, file: str, contents: Mapping[Extended, Mapping[str, Any]]) -> dict[str, Any]:
        """What each folder says in a file, laid over what those before it say."""
        whole: dict[str, Any] = {}
        for folder in self.folders:
            whole = self._kept(file, whole, folder.without)
            for key, value in contents.get(folder, {}).items():
                if file in NESTED and isinstance(value, dict):
                    before = whole.get(key)
                    whole[key] = {**(before if isinstance(before, dict) else {}), **value}
                    for inner in value:
                        self.owner[f"{file}: {key}.{inner}"] = folder
                elif file != META or folder is self.folders[-1] or key not in OWN_MATTER:
                    whole[key] = value
                    self.owner[f"{file}: {key}"] = folder
        return whole

    def causes(self) -> dict[str, tuple[Extended, Path]]:
        """By name of its file every cause, in the order of the names."""
        causes: dict[str, tuple[Extended, Path]] = {}
        for folder in self.folders:
            causes = self._kept("causes", causes, folder.without)
            for file in sorted((folder.path / "causes").glob("*.toml")):
                causes[file.stem] = (folder, file)
                self.owner[f"causes/{file.name}"] = folder
        return dict(sorted(causes.items()))

    def unused(self) -> list[Problem]:
        """What is to be left out, but is in none of the folders."""
        known = sorted({place.rpartition(": ")[2].rpartition(".")[2] for place in self.owner})
        known += sorted(Path(place).stem for place in self.owner if place.startswith("causes/"))
        problems = []
        for name in self.folders[-1].without:
            if name not in self._left_out:
                remedy = did_you_mean(name, known, "Take it out of the list.")
                wrong = f"'{name}' is neither an entry nor a file of what is extended."
                problems.append(Problem(f"{META}: without", wrong, remedy))
        return problems

    def placed(self, problem: Problem) -> Problem:
        """The same problem, saying in which folder it is."""
        for place, folder in self.owner.items():
            rest = problem.place.removeprefix(place)
            if folder.name and rest != problem.place and rest[:1] in ("", ".", ":", "["):
                remedy = f"{problem.remedy} {THERE}".lstrip()
                return replace(problem, place=folder.place(problem.place), remedy=remedy)
        return problem

    def _kept(self, file: str, whole: dict[str, Any], without: Iterable[str]) -> dict[str, Any]:
        """Entries that a further folder does not leave out."""
        names = set(without)
        if whole and names & {file, Path(file).stem}:
            self._left_out |= names & {file, Path(file).stem}
            return {}
        if file == META or not names:
            return whole
        self._left_out |= names & whole.keys()
        entries = {key: value for key, value in whole.items() if key not in names}
        if file in NESTED:
            for key, table in entries.items():
                if isinstance(table, dict):
                    self._left_out |= names & table.keys()
                    entries[key] = {id: entry for id, entry in table.items() if id not in names}
        return entries


def looks_known(files: Iterable[Path]) -> list[Path]:
    """Of some files those that look as if they held knowledge, in the order of their names."""
    return sorted(
        file for file in files if file.suffix.casefold() in KINDS and not file.name.startswith(".")
    )


def digest_of(texts: Mapping[str, Mapping[str, str]]) -> str:
    """SHA-256 of the files of some folders with their names, in hexadecimal digits."""
    whole = hashlib.sha256()
    for name, files in sorted(texts.items()):
        for file, text in sorted(files.items()):
            for part in (name, file, text):
                data = part.encode()
                whole.update(f"{len(data)}:".encode() + data)
    return whole.hexdigest()


def _without(folder: Path) -> tuple[str, ...]:
    """What a folder leaves out of those that it extends."""
    names_given = (read_toml(folder / META, META, []) or {}).get("without", ())
    names = (names_given,) if isinstance(names_given, str) else names_given
    return tuple(name for name in names if isinstance(name, str)) if names else ()


def _place_of(here: Path, name: str) -> Path | None:
    """The folder that another one extends; None where there is none."""
    try:
        there = (here / name).resolve()
        if not there.is_dir() and name == SHIPPED:
            there = shipped_folder().resolve()
        return there if (there / META).is_file() else None
    except (OSError, ValueError):  # a name that is too long, or holds a character that none can
        return None


def _chain(folder: Path, problems: list[Problem]) -> tuple[Extended, ...]:
    """The folder and what it extends, the furthest first."""
    chain: list[Extended] = []
    here, name = folder, ""
    while True:
        content = read_toml(here / META, META, []) or {}  # told of when it is read in full
        chain.insert(0, Extended(here, name, _without(here)))
        extended = content.get("extends", "")
        if not isinstance(extended, str) or not extended:
            return tuple(chain)
        there, remedy = _place_of(here, extended), "Take 'extends' out of one of them."
        if there is None:
            wrong = f"there is no knowledge folder {shown(extended, 80)} seen from {here}."
            remedy = f"Name a folder with a {META}, or '{SHIPPED}' for the one in the package."
        elif len(chain) >= MOST:
            wrong = f"more than {MOST} folders extend each other."
        elif there in (paths := [link.path.resolve() for link in reversed(chain)]):
            round_trip = " extends ".join(path.name for path in (*paths, there))
            wrong = f"the folders extend each other in a circle: {round_trip}."
        else:
            here, name = there, f"{name}/{extended}" if name else extended
            continue
        problems.append(Problem(f"{chain[0].place(META)}: extends", wrong, remedy))
        return tuple(chain)


# what is left of the entries of a folder where others are left out of it

BY_ID = {"raised_by", "shows", "shows_silent", "shown_by", "evoked_by", "shifts", "by"}
BY_ID |= {"explanation", "sayings", "voices.toml"}  # tables whose keys are ids
LISTS = {"among", "not_for", "any_of", "none_of", "present_means", "absent_means"}
NEEDED = {"members", "against"}  # lists of ids that are kept where nothing would be left of them
FIRES, NEVER = "urgency.toml", "incoherent.toml"


def without_mentions(file: str, content: Any, gone: Collection[str]) -> Any:
    """Content of a file without what it says of entries that are gone.

    A rule goes with them where it needs one of them; so does one of what is incoherent that
    holds where one of them is absent. What then says nothing is left out too.

    Examples
    --------
    >>> said = {"gout": {"shows": {"fever": 1, "lump": 2}, "care": [{"not_for": ["fever"]}]}}
    >>> without_mentions("causes", said, {"fever"})
    {'gout': {'shows': {'lump': 2}, 'care': [{}]}}
    """
    if not gone or not isinstance(content, dict):
        return content
    if file in (FIRES, NEVER):
        content = {id: rule for id, rule in content.items() if not _is_void(file, rule, gone)}
    return _pruned(content, gone, file)


def _pruned(value: Any, gone: Collection[str], field: str) -> Any:
    """A value of a field without what is gone; None where nothing is left of a list of ids."""
    if isinstance(value, list | str) and field in LISTS | NEEDED:
        names = [value] if isinstance(value, str) else value
        remaining = [name for name in names if _of(name) not in gone]
        if remaining == names or (field in NEEDED and not remaining):
            return value
        return remaining or None
    if isinstance(value, list):
        return [_pruned(item, gone, "") for item in value]
    if not isinstance(value, dict):
        return value
    entries = {
        key: _pruned(entry, gone, key)
        for key, entry in value.items()
        if field not in BY_ID or key not in gone
    }
    entries = {key: entry for key, entry in entries.items() if entry is not None}
    if "any_of" in entries and isinstance(entries.get("at_least"), int):
        entries["at_least"] = min(entries["at_least"], len(entries["any_of"]))
    if field == "by":
        entries = {key: entry for key, entry in entries.items() if entry != {}}
    if field == "less_often" and entries.get("by") == {}:
        return None
    return entries


def _is_void(file: str, rule: Any, gone: Collection[str]) -> bool:
    """Whether a rule can never hold, or would hold of what it was not said of."""
    if not isinstance(rule, dict):
        return False
    all_of, any_of, none_of = (
        _ids(rule.get(list_name)) for list_name in ("all_of", "any_of", "none_of")
    )
    remaining = [name for name in any_of if name not in gone]
    least = rule.get("at_least", 1)
    few = len(remaining) < (least if file == NEVER and isinstance(least, int) else 1)
    unsaid = file == NEVER and any(name in gone for name in none_of)
    return any(name in gone for name in all_of) or (bool(any_of) and few) or unsaid


def _ids(names: object) -> list[str]:
    return [_of(name) for name in names] if isinstance(names, list) else []


def _of(name: object) -> str:
    """The id that a name is of: with a state behind a dot, or ``not`` before it."""
    return str(name).removeprefix("not ").partition(".")[0]
