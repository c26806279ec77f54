"""Examples for messages and help, in the words of the folder that is spoken of."""

from __future__ import annotations

from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.records import Finding


def example_finding(knowledge: Knowledge) -> str:
    """The finding that is told with the fewest letters, no test if there is another.

    Examples
    --------
    >>> from kneebayes.knowledge import read_knowledge, shipped_folder
    >>> example_finding(read_knowledge(shipped_folder()))
    'fever'
    """
    return min(_findings(knowledge), key=lambda one: len(one.label)).label


def example_question(knowledge: Knowledge) -> str:
    """The question of that finding, or the shortest of another; "" if none has a question.

    Examples
    --------
    >>> from kneebayes.knowledge import read_knowledge, shipped_folder
    >>> example_question(read_knowledge(shipped_folder()))
    'Is there a fever?'
    """
    asked = [one for one in _findings(knowledge) if one.question]
    label = example_finding(knowledge)
    by_fitness = sorted(asked, key=lambda one: (one.label != label, len(one.question)))
    return by_fitness[0].question if by_fitness else ""


def _findings(knowledge: Knowledge) -> list[Finding]:
    """What can be asked for without a test, if anything; else tests, or the complaint alone."""
    findings = [one for one in knowledge.findings.values() if one.id != knowledge.meta.complaint]
    told = [one for one in findings if one.kind != "test"]
    return told or findings or [knowledge.complaint]


def example_causes(knowledge: Knowledge) -> list[str]:
    """Two causes, or the one there is; what is not named is none if there are others.

    Examples
    --------
    >>> from kneebayes.knowledge import read_knowledge, shipped_folder
    >>> example_causes(read_knowledge(shipped_folder()))
    ['gout', 'fracture']
    """
    labels = [one.label for one in knowledge.causes.values() if one.id != knowledge.meta.rest]
    return sorted(labels or [one.label for one in knowledge.causes.values()], key=len)[:2]


def example_link(knowledge: Knowledge) -> tuple[str, str]:
    """A cause and a finding that it shows, as they are called.

    Examples
    --------
    >>> from kneebayes.knowledge import read_knowledge, shipped_folder
    >>> example_link(read_knowledge(shipped_folder()))
    ('gout', 'redness')
    """
    shown = [
        (knowledge.causes[arrow.parent].label, knowledge.findings[arrow.child].label)
        for arrow in knowledge.arrows()
        if arrow.parent in knowledge.causes and arrow.child in knowledge.findings
    ]
    first = (example_causes(knowledge)[0], example_finding(knowledge))
    return min(shown, key=lambda pair: sum(map(len, pair)), default=first)


def example_background(knowledge: Knowledge) -> tuple[str, str] | None:
    """A context and a state that it can be in, as they are told; None where there is no context.

    Examples
    --------
    >>> from kneebayes.knowledge import read_knowledge, shipped_folder
    >>> example_background(read_knowledge(shipped_folder()))
    ('age', '59')
    """
    if not knowledge.contexts:
        return None
    of_states = [one for one in knowledge.contexts.values() if one.states]
    context = (of_states or list(knowledge.contexts.values()))[0]
    if not context.states:
        return context.label, "yes"
    state = context.states[len(context.states) // 2]
    if state.below is not None:  # known in years too
        return context.label, f"{state.below - 1:g}"
    return context.label, (*state.aliases, state.label)[0]
