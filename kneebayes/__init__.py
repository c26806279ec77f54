"""kneebayes: a Bayesian network of what can cause pain behind the knee.

>>> import kneebayes as kb
>>> knee = kb.load()
>>> dx = knee.diagnose({"lump behind the knee": True, "fever": False, "age": "older"})
>>> dx.top
"Baker's cyst"

``knee`` is a :class:`Model`: it diagnoses one patient or a table of them, draws virtual patients,
learns from real ones and writes itself for other software. ``dx`` is a :class:`Differential`: it
ranks the causes, and explains, doubts and continues itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kneebayes.differential import Differential
from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    KnowledgeError,
    TooWideError,
    UnknownNameError,
)
from kneebayes.model import Model, load

if TYPE_CHECKING:
    from kneebayes.saving import save

    __version__: str

__all__ = [
    "Differential",
    "EvidenceError",
    "ImpossibleEvidenceError",
    "KneebayesError",
    "KnowledgeError",
    "Model",
    "TooWideError",
    "UnknownNameError",
    "__version__",
    "load",
    "save",
]

ROOMS = ("cohort", "exchange", "learning", "study", "teaching")


def __getattr__(name: str) -> Any:
    """What is not needed for a diagnosis, imported when it is asked for (PEP 562)."""
    if name in ROOMS:
        return import_module(f"kneebayes.{name}")
    if name == "save":
        return import_module("kneebayes.saving").save
    if name == "__version__":
        return import_module("kneebayes.view.report").package_version()
    message = f"module 'kneebayes' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """The public names, and the rooms that have more."""
    return sorted([*__all__, *ROOMS])
