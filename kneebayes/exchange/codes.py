"""Codes of ontologies, and what they mean in a knowledge folder."""

from __future__ import annotations

from collections.abc import Iterator

from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.records import Cause, Context, Finding

__all__ = ["LOCAL", "Codes", "curie"]

LOCAL = "kneebayes"  # prefix of what no ontology has a term for: the folder's own ids
FIRST = ("mondo", "hpo", "icd10cm")  # the scheme that names a cause, where it has several


def curie(scheme: str, code: str) -> str:
    """A code with its prefix.

    Examples
    --------
    >>> curie("hpo", "HP:0001945"), curie("icd10cm", "M10.9")
    ('HP:0001945', 'ICD10CM:M10.9')
    """
    return code if ":" in code else f"{scheme.upper()}:{code}"


class Codes:
    """Codes of a folder, both ways.

    Parameters
    ----------
    knowledge
        The folder.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._ids: dict[str, list[str]] = {}
        for one in self._records():
            for scheme, code in one.codes.items():
                self._ids.setdefault(curie(scheme, code).casefold(), []).append(one.id)

    def _records(self) -> Iterator[Cause | Finding | Context]:
        knowledge = self.knowledge
        yield from knowledge.causes.values()
        yield from knowledge.findings.values()
        yield from knowledge.contexts.values()

    def ids(self, code: str) -> list[str]:
        """What a code can mean: ids of causes, findings and contexts; none, one or several."""
        return self._ids.get(code.casefold(), [])

    def local(self, code: str) -> tuple[str, str] | None:
        """Id and state of a code of the folder itself, ``kneebayes:id`` or ``...:id.state``."""
        prefix, _, rest = code.partition(":")
        if prefix.casefold() != LOCAL:
            return None
        id, _, state = rest.partition(".")
        return id, state.replace("-", " ")

    def code(self, id: str, schemes: tuple[str, ...] = FIRST) -> str:
        """The code of a node in the first of some schemes, or its own id with the local prefix.

        A code that means several nodes names none of them.
        """
        for one in self._records():
            if one.id == id:
                for scheme in schemes:
                    if scheme in one.codes:
                        code = curie(scheme, one.codes[scheme])
                        if self.ids(code) == [id]:
                            return code
        return f"{LOCAL}:{id}"
