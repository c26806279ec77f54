"""kneebayes: a Bayesian network of what can cause pain behind the knee.

The floors of the house; a module imports only from floors below its own:

====== ================================== =============================================
floor  room                               holds
====== ================================== =============================================
0      ``errors``, ``odds``               exceptions; pure numbers
1      ``knowledge``                      records, reading and checking ``priors/``, names
1      ``writing``                        files that are never lost
2      ``network``, ``inference``         nodes in numbers; the exact engine; know no knee
3      ``building``                       words -> numbers -> calibrated network
4      ``case``                           one patient: answers, belief, urgency
5      ``view``                           how results show themselves: text, HTML, figures
6      ``questions``                      ``explain``, ``ask``, ``doubt``, ``attribute``
7      ``differential``, ``asking``,      the door
       ``attributing``, ``doubting``,
       ``exploring``, ``placing``,
       ``simulating``, ``updating``,
       ``sharing``, ``practising``,
       ``naming``,
       ``model``, ``files``, ``cohort``,
       ``study``, ``learning``,
       ``exchange``, ``teaching``,
       ``page``, ``cli``, ``__main__``
====== =============================================
"""

from importlib.metadata import PackageNotFoundError, version

from kneebayes.differential import Differential
from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    KnowledgeError,
    TooWideError,
    UnknownNameError,
)
from kneebayes.files import save
from kneebayes.model import Model, load

try:
    __version__ = version("kneebayes")
except PackageNotFoundError:  # a plain checkout that was never installed
    __version__ = "0+unknown"

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
