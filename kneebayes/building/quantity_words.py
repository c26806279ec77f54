"""What a stated quantity is about, and how it was stated, in words."""

from __future__ import annotations

from kneebayes.building.quantities import Quantity
from kneebayes.knowledge import Knowledge

__all__ = ["labelled", "said_in_words"]


def labelled(knowledge: Knowledge, quantity: Quantity) -> str:
    """What a quantity is about, in words."""
    node = knowledge.label(quantity.node)
    parent = knowledge.label(quantity.parent)
    if quantity.state not in ("", "present"):
        parent += f" ({quantity.state.replace('_', ' ')})"
    return {
        "prior": f"how common {node} is",
        "frequency": f"how often {parent} shows {node}",
        "presence": f"how often {node} is there",
        "ratio": f"how much {node} raises {parent}",
        "scale": f"how much {parent} raises {node}",
        "leak": f"{node} without a named cause",
        "share": f"how many have {node}",
        "evoking": f"how strongly {node} points to {parent}",
    }[quantity.kind]


def said_in_words(knowledge: Knowledge, quantity: Quantity) -> str:
    """A statement as it was made, with the range that bounds a prior."""
    amount = quantity.said
    if isinstance(amount, tuple):
        return f"{amount[0]:g} to {amount[1]:g}"
    if not isinstance(amount, str):
        return f"{amount:g}"
    published = None
    if quantity.kind == "prior":
        said = knowledge.diseases[quantity.node].commonness
        published = said.bounds
    if published is None:
        return f"'{amount}'"
    known = "assumed" if said.published is None else "published"
    return f"'{amount}', {known} {published[0]:g} to {published[1]:g}"
