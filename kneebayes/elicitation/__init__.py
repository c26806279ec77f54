"""From words to a calibrated network: numbers, links, priors, evoking strengths."""

from kneebayes.elicitation.elicit import elicit
from kneebayes.elicitation.result import Elicited, Stated

__all__ = ["Elicited", "Stated", "elicit"]
