"""Codes of ontologies, and what they mean in a knowledge folder."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.records import Code
from kneebayes.text import fold

LOCAL = "kneebayes"  # prefix of what no ontology has a term for: the folder's own ids
FIRST = ("mondo", "hpo", "icd10cm")  # the scheme that names a cause, where it has several
IMPLIED = "implied"  # the site of a code that says by itself: where the folder's complaint is
SAME = 5  # letters of two words that make them one, whatever their endings
WORDS = {
    "generic": "a acute an and as at by chronic disease disorder due for from in joint of on or "
    "other pain painful side signs syndrome the to type unspecified with",
    "places": "abdomen abdominal ankle back chest ear elbow eye eyelid face facial finger foot "
    "hand head hip jaw mouth nail neck nose scalp shoulder skull spinal spine thumb toe tooth "
    "wrist",
    "denials": "absence absent denies never no normal not without",
}
GENERIC, PLACES, DENIALS = (frozenset(words.split()) for words in WORDS.values())


@cache
def hpo() -> dict[str, Any]:
    """Terms of the Human Phenotype Ontology that are in no folder: narrower terms, other ids."""
    text = files("kneebayes.exchange").joinpath("hpo.toml").read_text("utf-8")
    return tomllib.loads(text)


def _curie(scheme: str, code: str) -> str:
    return code if ":" in code else f"{scheme.upper()}:{code}"


@dataclass(frozen=True, slots=True)
class Meant:
    """A node that a code speaks of, and how its concept fits it."""

    id: str
    code: Code


class Codes:
    """Codes of a folder, both ways."""

    def __init__(self, knowledge: Knowledge) -> None:
        kinds = (knowledge.causes, knowledge.findings, knowledge.contexts)
        self._records = {id: record for kind in kinds for id, record in kind.items()}
        self._meant: dict[str, list[Meant]] = {}
        self._named: dict[str, str] = {}
        sites: Counter[str] = Counter()
        for record in self._records.values():
            for name in (record.label, *record.aliases):
                self._named.setdefault(fold(name), record.id)
            for scheme, codes in record.codes.items():
                for code in codes:
                    key = _curie(scheme, code.id).casefold()
                    self._meant.setdefault(key, []).append(Meant(record.id, code))
                    sites[code.site] += 1
        # whether some of them only count of a part of the body, or name it; and which must be named
        self.of_places = not sites.keys() <= {""}
        self.places = [site for site, _ in sites.most_common() if site not in ("", IMPLIED)]

    def meant(self, code: str) -> list[Meant]:
        """What a code can speak of; a term below one that is exact is narrower."""
        code = hpo()["alternatives"].get(code.upper(), code)
        direct = self._meant.get(code.casefold(), [])
        parent = hpo()["narrower"].get(code.upper(), "")
        if direct or not parent:
            return direct
        above = self._meant.get(parent.casefold(), [])
        return [
            Meant(code.id, code.code.model_copy(update={"relation": "narrower"}))
            for code in above
            if code.code.relation == "exact"
        ]

    def names(self, id: str, code: str) -> list[str]:
        """Everything that a node and a code are called."""
        below = hpo()["alternatives"].get(code.upper(), code.upper())
        record, own, codes = self._records.get(id), list[str](), list[str]()
        if record is not None:
            own = [record.label, *record.aliases]
            codes = [one.id for scheme in record.codes.values() for one in scheme]
        codes += [hpo()["narrower"].get(below, below), below]
        return [*own, *(name for one in codes for name in hpo()["names"].get(one, ()))]

    def named(self, label: str) -> str:
        """The id of what is called so in the folder, whatever its code; empty if nothing is."""
        return self._named.get(fold(label), "")

    def local(self, code: str) -> tuple[str, str] | None:
        """Id and state of a code of the folder itself, ``kneebayes:id`` or ``...:id.state``."""
        prefix, _, rest = code.partition(":")
        if prefix.casefold() != LOCAL:
            return None
        id, _, state = rest.partition(".")
        return id, state.replace("-", " ")

    def code(self, id: str, schemes: tuple[str, ...] = FIRST) -> str:
        """The code that means a node exactly, in the first of some schemes.

        Its own id with the local prefix where none does: where each means more or less, needs
        a place that it does not name, means several nodes, or modifies a feature.
        """
        record = self._records.get(id)
        codes = {} if record is None else record.codes
        for scheme in schemes:
            for own in codes.get(scheme, ()):
                code = _curie(scheme, own.id)
                exact = own.relation == "exact" and own.site in ("", IMPLIED)
                alone = [meant.id for meant in self.meant(code)] == [id]
                if exact and alone and code not in hpo()["modifiers"]:
                    return code
        return f"{LOCAL}:{id}"


def contradicts(label: str, names: Iterable[str]) -> bool:
    """Whether a label speaks of something else than all of these names.

    It shares no word that carries meaning with them, names another part of the body, or denies.
    """
    spoken, known = _stems(label), set().union(*map(_stems, names))
    if not spoken:
        return False
    if (spoken & DENIALS) - known or (spoken & PLACES) - known:
        return True
    carrying = spoken - GENERIC or spoken
    return not any(code[:SAME] == other[:SAME] for code in carrying for other in known)


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return {word.removesuffix("s") if len(word) > 3 else word for word in words}
