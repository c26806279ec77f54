"""What elicitation gives: a network, and where each of its numbers comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kneebayes.knowledge.base import Arrow
from kneebayes.knowledge.checks import Remark
from kneebayes.knowledge.parts import Interval, freeze_dicts
from kneebayes.network import Network


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement and the number that the network uses for it.

    Attributes
    ----------
    arrow, interval
        Parent, child and the statement with its origins; in numbers a frequency, or a risk ratio.
    link
        P(the parent alone produces the child), leak and mediators taken out; of age and sex the
        first entry of their state in the table of explanations.
    odds
        Of a ratio of how often a context is found the odds that it is taken against.
    reached
        What a ratio comes to where it was stated; None for a frequency.
    """

    arrow: Arrow
    interval: Interval
    link: float
    odds: float = 1.0
    reached: float | None = None


@dataclass(frozen=True)
class Elicited:
    """A calibrated network with the statements it was made from.

    Attributes
    ----------
    lexicon
        Id of the lexicon that turned words into numbers.
    priors
        P(cause explains the complaint | complaint) as stated, by cause.
    leaks
        Leak or share of each node that is not a cause, as stated.
    stated
        Every arrow with its number.
    there
        For each cause the node that says that it is there: the cause itself where it never is
        without explaining the complaint.
    presences
        P(cause present | complaint) as stated, of those that can be silent.
    remarks
        What the numbers showed: statements that could not be met in full.
    """

    network: Network
    lexicon: str
    priors: Mapping[str, Interval]
    leaks: Mapping[str, Interval]
    stated: tuple[Stated, ...]
    there: Mapping[str, str]
    presences: Mapping[str, Interval]
    remarks: tuple[Remark, ...]

    def __post_init__(self) -> None:
        """Freeze the dicts too."""
        freeze_dicts(self)
