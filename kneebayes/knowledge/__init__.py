"""What a knowledge folder says: records, reading, checking, names."""

from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.checks import Remark, lint
from kneebayes.knowledge.folder import shipped_folder, start_folder
from kneebayes.knowledge.names import Meaning, Names
from kneebayes.knowledge.reading import read_knowledge

__all__ = [
    "Knowledge",
    "Meaning",
    "Names",
    "Remark",
    "lint",
    "read_knowledge",
    "shipped_folder",
    "start_folder",
]
