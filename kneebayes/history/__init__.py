"""A history in plain words, understood with the names of a knowledge folder."""

from kneebayes.history.reading import read, understand
from kneebayes.history.record import History, Mention, Passage

__all__ = ["History", "Mention", "Passage", "read", "understand"]
