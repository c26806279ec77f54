"""How urgent it is, as lines; it stands above whatever else is shown."""

from __future__ import annotations

from kneebayes.case import Urgency

__all__ = ["urgency_lines"]


def urgency_lines(urgency: Urgency) -> list[str]:
    """The advice, and the signs it rests on."""
    return [urgency.advice, *(f"  - {reason}" for reason in urgency.reasons)]
