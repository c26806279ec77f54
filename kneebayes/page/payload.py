"""All that a page needs of a model, as plain values for JSON: the network and its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kneebayes.case.urgency import POSSIBLE
from kneebayes.knowledge.parts import Interval
from kneebayes.knowledge.telling import bounds_of

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike
    from kneebayes.knowledge import Knowledge
    from kneebayes.knowledge.records import Named
    from kneebayes.network import Node

__all__ = ["VERSION", "payload"]

VERSION = 1  # of the form of the payload; the scripts refuse any other

Plain = dict[str, Any]

SECTIONS = {
    "context": "About the patient",
    "history": "How it began",
    "symptom": "What the patient feels",
    "sign": "What can be seen or felt",
}


def payload(model: ModelLike) -> Plain:
    """All that a page needs of a model: its network in full precision, and its words.

    Numbers are not rounded: what computes from this answers as the model does.

    Parameters
    ----------
    model
        The model, under whichever lexicon and in whichever setting it stands.

    Returns
    -------
    dict
        Plain values, the same for the same model, ready for ``json.dumps``:

        - ``version``, ``title``, ``source``, ``disclaimer``, ``lexicon``, ``reading`` (the
          lexicon and the setting in words), ``complaint`` (id);
        - ``nodes``, parents first: ``id``, ``kind`` (context, cause, mediator, finding or
          test), ``states``, ``parents``, and either ``leak`` and ``links`` (one list for each
          parent: a probability for each of its states) or ``table`` (its own states along
          the last axis, parents along the others in order);
        - ``labels``, ``aliases``, ``absentNames``, ``stateLabels`` (where they differ from the
          states), ``questions`` (texts), each by id;
        - ``groups``, ``causes``, ``contexts``, ``findings``, ``methods``, ``sections``;
        - ``urgency``: ``advice`` by level, ``rules`` in the order in which they are told, and
          ``possible``, the probability from which on an uncertain sign counts;
        - ``incoherent`` and ``voices``: what no virtual patient tells together, and in which
          words he answers; ``rest``, the cause that alone is nobody's diagnosis;
        - ``arrows``, ``claims``, ``references``: what each number rests on.

    Examples
    --------
    >>> import kneebayes as kb
    >>> told = payload(kb.load())
    >>> told["complaint"], len(told["nodes"]), len(told["causes"])
    ('pain_behind_knee', 161, 28)
    """
    knowledge = model.data.knowledge
    return {
        "version": VERSION,
        "title": knowledge.meta.title,
        "source": knowledge.meta.source,
        "disclaimer": knowledge.meta.disclaimer,
        "lexicon": {
            "id": model.data.elicited.lexicon,
            "label": knowledge.lexicons[model.data.elicited.lexicon].label,
        },
        "reading": model.data.reading,
        "setting": model.data.setting,
        "complaint": knowledge.meta.complaint,
        "nodes": [_node(knowledge, node) for node in model.data.network.nodes],
        **_names(knowledge),
        "causes": list(_causes(model)),
        "contexts": list(_contexts(knowledge)),
        "findings": list(_findings(knowledge)),
        "methods": {
            id: {"label": one.label, "cost": one.cost, "burden": one.burden}
            for id, one in knowledge.methods.items()
        },
        "groups": [
            {"id": one.id, "label": one.label, "members": list(dict.fromkeys(one.members))}
            for one in knowledge.groups.values()
        ],
        "sections": list(_sections(knowledge)),
        "urgency": _urgency(knowledge),
        **_telling(knowledge),
        **_grounds(model),
    }


def _node(knowledge: Knowledge, node: Node) -> Plain:
    told: Plain = {
        "id": node.id,
        "kind": _kind(knowledge, node.id),
        "states": list(node.states),
        "parents": list(node.parents),
    }
    if node.is_noisy_or:
        return told | {"leak": node.leak, "links": [list(link.strength) for link in node.links]}
    return told | {"table": list(node.table or ())}


def _kind(knowledge: Knowledge, id: str) -> str:
    if id in knowledge.findings:
        return "test" if knowledge.findings[id].kind == "test" else "finding"
    for kind, some in (
        ("cause", knowledge.causes),
        ("context", knowledge.contexts),
        ("mediator", knowledge.mediators),
    ):
        if id in some:
            return kind
    return "hidden"  # a node that no record tells of


def _named(knowledge: Knowledge) -> Iterator[Named]:
    yield from knowledge.causes.values()
    yield from knowledge.findings.values()
    yield from knowledge.contexts.values()
    yield from knowledge.mediators.values()
    yield from knowledge.groups.values()


def _names(knowledge: Knowledge) -> Plain:
    """Labels, other names, names of states and questions, by id."""
    findings, contexts = knowledge.findings.values(), knowledge.contexts.values()
    states: dict[str, Mapping[str, str]] = {
        one.id: {str(state): word for state, word in one.states.items()}
        for one in findings
        if one.states
    }
    states |= {
        one.id: {state.id: state.label for state in one.states} for one in contexts if one.states
    }
    return {
        "labels": {one.id: one.label for one in _named(knowledge)},
        "aliases": {one.id: list(one.aliases) for one in _named(knowledge) if one.aliases},
        "absentNames": {
            one.id: list(one.names_when_absent) for one in findings if one.names_when_absent
        },
        "stateLabels": states,
        "questions": {
            **{one.id: one.question for one in findings if one.question},
            **{one.id: one.question for one in contexts if one.question},
        },
    }


def _causes(model: ModelLike) -> Iterator[Plain]:
    for one in model.data.knowledge.causes.values():
        prior = model.data.elicited.priors[one.id]
        yield {
            "id": one.id,
            "label": one.label,
            "group": one.group,
            "urgent": one.urgent,
            "about": one.about,
            "prior": prior.value,
            "stated": one.commonness.word,
            "interval": _interval(prior),
            "because": [*one.commonness.because, *one.commonness.published_because],
        }


def _contexts(knowledge: Knowledge) -> Iterator[Plain]:
    for one in knowledge.contexts.values():
        states = [
            {
                "id": state.id,
                "label": state.label,
                "below": state.below,
                "aliases": [*state.aliases],
            }
            for state in one.states
        ]
        yield {"id": one.id, "label": one.label, "states": states}


def _findings(knowledge: Knowledge) -> Iterator[Plain]:
    for one in knowledge.findings.values():
        price = knowledge.methods.get(one.method)
        yield {
            "id": one.id,
            "label": one.label,
            "kind": one.kind,
            "method": one.method,
            "cost": 0.0 if price is None else price.cost,
            "burden": 0 if price is None else price.burden,
        }


def _sections(knowledge: Knowledge) -> Iterator[Plain]:
    """Where each question stands on a page: contexts, history, symptoms, signs, each method."""
    members: dict[str, list[str]] = {kind: [] for kind in SECTIONS}
    members["context"] = list(knowledge.contexts)
    labels = dict(SECTIONS)
    for one in knowledge.findings.values():
        kind: str = "symptom" if one.kind == "complaint" else one.kind
        if one.method:
            kind = f"test_{one.method}"
            labels[kind] = knowledge.methods[one.method].label
        members.setdefault(kind, []).append(one.id)
    for kind, ids in members.items():
        if ids:
            about = "test" if kind not in SECTIONS else kind
            label = labels.get(kind, "Tests")
            yield {"id": kind, "label": label, "kind": about, "nodes": ids}


def _urgency(knowledge: Knowledge) -> Plain:
    rules = [
        {
            "id": rule.id,
            "level": rule.level,
            "all": list(rule.all_of),
            "any": list(rule.any_of),
            "none": list(rule.none_of),
            "atLeast": rule.at_least,
            "text": rule.reason,
            "because": list(rule.because),
        }
        for rule in knowledge.urgency
    ]
    return {"possible": POSSIBLE, "advice": knowledge.meta.advice.model_dump(), "rules": rules}


def _telling(knowledge: Knowledge) -> Plain:
    """What virtual patients do not tell together, and how they answer."""
    rules = [
        {
            "id": rule.id,
            "all": list(rule.all_of),
            "any": list(rule.any_of),
            "none": list(rule.none_of),
            "atLeast": rule.at_least,
        }
        for rule in knowledge.incoherent.values()
    ]
    voices = {
        one.id: {
            "says": one.says,
            "called": one.called,
            "bounds": bounds_of(knowledge.contexts.get(one.id), one),
        }
        for one in knowledge.voices.values()
    }
    return {"incoherent": rules, "voices": voices, "rest": knowledge.meta.rest}


def _grounds(model: ModelLike) -> Plain:
    """Every stated arrow in numbers, and the claims and references that are named anywhere."""
    knowledge = model.data.knowledge
    arrows = [
        {
            "parent": one.arrow.parent,
            "state": one.arrow.state,
            "child": one.arrow.child,
            "is": "frequency" if one.arrow.statement.risk is None else "risk",
            "interval": _interval(one.interval),
            "because": list(one.arrow.statement.because),
        }
        for one in model.data.elicited.stated
    ]
    references = {
        id: ", ".join(
            part
            for part in (one.authors, one.title, one.journal, str(one.year or ""), one.where)
            if part
        )
        for id, one in knowledge.references.items()
    }
    claims = {id: one.statement for id, one in knowledge.claims.items()}
    return {"arrows": arrows, "claims": claims, "references": references}


def _interval(interval: Interval) -> list[float]:
    """Low, value and high."""
    return [interval.low, interval.value, interval.high]
