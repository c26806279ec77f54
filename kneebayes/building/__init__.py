"""From words to a calibrated network: numbers, links, priors, evoking strengths."""

from kneebayes.building.elicit import elicit
from kneebayes.building.result import Elicited, Stated

__all__ = ["Elicited", "Stated", "elicit"]
