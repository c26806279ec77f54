"""All that a page needs of a model, as plain values for JSON: the network and its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from kneebayes.building import Stated
from kneebayes.building.model import ModelLike
from kneebayes.case.urgency import LIKELY, POSSIBLE
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.names import example_finding, example_question
from kneebayes.knowledge.records import Combination, Named, Voice, bounds_of
from kneebayes.knowledge.statements import Care
from kneebayes.network import Node

VERSION = 5  # of the form of the payload; the scripts refuse any other


Plain = dict[str, Any]

SECTIONS = {
    "context": "About the patient",
    "history": "How it began",
    "symptom": "What the patient feels",
    "sign": "What can be seen or felt",
}


def payload(model: ModelLike) -> Plain:
    """Everything the HTML page needs of a model: the network in full precision, and all texts.

    Numbers are not rounded, so the page computes the same posteriors as Python.

    Returns
    -------
    dict
        Plain values, the same for the same model, ready for ``json.dumps``:

        - ``version``, ``title``, ``source``, ``disclaimer``, ``lexicon``, ``reading`` (the
          lexicon and the setting in words), ``layer``, ``complaint`` (id);
        - ``nodes``, parents first: ``id``, ``kind`` (context, cause, mediator, finding, test,
          ``part`` of something else, or hidden), ``states`` (where these are others than absent
          and present), ``parents``, and either ``leak`` and ``links`` (for each parent the
          strength of each of its states, by the place of the state; zeros are left out) or
          ``table`` (its own states along the last axis, parents along the others in order);
        - ``labels``, ``aliases``, ``absentNames``, ``stateLabels`` (where they differ from the
          states), ``questions`` (texts), each by id; ``examples`` in the folder's own words: a
          ``question``, ``answers`` and ``searches``;
        - ``groups``, ``causes`` (``there`` is the node that says that a cause is there, silent
          or not), ``contexts``, ``findings`` (test results by their ``method`` alone, others by
          ``kind``), ``urgent`` (ids of urgent causes and parts), ``methods``, ``sections`` (of
          contexts, of a kind, or of a method);
        - ``care``: sentences of the source with their claims, and ids of what they are not for:
          ``always`` of the complaint, then by ``groups`` and ``causes``, and ``likely``, the
          probability from which on these are told;
        - ``urgency``: ``advice`` by level, ``rules`` in the order in which they are shown (of
          ``all``, ``any`` with ``atLeast`` and ``none`` what is not empty), and ``possible``, the
          answer ("perhaps") from which on an uncertain sign counts;
        - ``incoherent`` and ``voices``: answers that no virtual patient gives together, and the
          words he answers; ``rest``, the cause that alone is nobody's diagnosis;
        - ``lessOften``: by id of what is found less often in some ``by`` what factors, of states of
          contexts and of causes that explain, and ``because`` of what;
        - ``arrows``, ``intervals``, ``origins``, ``claims``, ``references``: what each number
          rests on; what is no id of a claim or a reference is an assumption. An arrow goes from
          what raises or shows to what is raised or shown, as it is stated: a list of the places of
          its parent, the parent's state and its child, what is stated (a word of ``measures``), the
          place of its interval (low, value and high, to four digits), whether the cause is there in
          silence (1 or 0), and the places of its origins: claims and references by their ids, and
          assumptions in words.
    """
    knowledge, numbers = model.data.knowledge, numbers_of(model)
    lexicon = knowledge.lexicons[model.data.lexicon]
    content: Plain = {
        "version": VERSION,
        "title": knowledge.meta.title,
        "source": knowledge.meta.source,
        "disclaimer": knowledge.meta.disclaimer,
        "lexicon": {"id": lexicon.id, "label": lexicon.label},
        "reading": model.data.reading,
        "setting": model.data.setting,
        "layer": knowledge.layer,
        "complaint": knowledge.meta.complaint,
        "nodes": numbers.pop("nodes"),
        **_names(knowledge),
        "examples": _examples(knowledge),
        "causes": list(_causes(model)),
        "urgent": list(knowledge.urgent),
        "contexts": list(_contexts(knowledge)),
        "findings": list(_findings(knowledge)),
        "methods": {
            id: {
                "label": method.label,
                "aliases": list(method.aliases),
                "cost": method.cost,
                "burden": method.burden,
            }
            for id, method in knowledge.methods.items()
        },
        "groups": [
            {"id": group.id, "label": group.label, "members": list(dict.fromkeys(group.members))}
            for group in knowledge.groups.values()
        ],
        "sections": list(_sections(knowledge)),
        "urgency": _urgency(knowledge),
        "care": _care(knowledge),
        "lessOften": {
            id: {"by": {**said.by}, "because": _origins(*said.because)}
            for id, said in knowledge.less_often.items()
        },
        **_telling(knowledge),
        **numbers,
    }
    return content | _grounds(knowledge, content)


def _node(knowledge: Knowledge, node: Node) -> Plain:
    described: Plain = {"id": node.id, "kind": _kind(knowledge, node.id)}
    described |= {} if node.states == ("absent", "present") else {"states": list(node.states)}
    described["parents"] = list(node.parents)
    if node.is_noisy_or:
        links = [
            {str(state): one for state, one in enumerate(link.strength) if one}
            for link in node.links
        ]
        return described | {"leak": node.leak, "links": links}
    return described | {"table": list(node.table or ())}


def _kind(knowledge: Knowledge, id: str) -> str:
    if id in knowledge.findings:
        return "test" if knowledge.findings[id].kind == "test" else "finding"
    part = "part" if id in knowledge.parts else "hidden"  # which no record tells of
    return knowledge.kinds.get(id, part)


def _named(knowledge: Knowledge) -> Iterator[Named]:
    kinds = (knowledge.diseases, knowledge.findings, knowledge.contexts, knowledge.mediators)
    return (record for records in (*kinds, knowledge.groups) for record in records.values())


def _names(knowledge: Knowledge) -> Plain:
    """Labels, other names, names of states and questions, by id."""
    findings, contexts = knowledge.findings.values(), knowledge.contexts.values()
    states = {one.id: {str(id): word for id, word in one.states.items()} for one in findings}
    states |= {one.id: {state.id: state.label for state in one.states} for one in contexts}
    absent = {one.id: list(one.names_when_absent) for one in findings}
    questions = {one.id: one.question for one in findings}
    questions |= {one.id: one.question for one in contexts}
    aliases = {one.id: list(one.aliases) for one in _named(knowledge)}
    return {
        "labels": {one.id: one.label for one in _named(knowledge)},
        "aliases": _filled(aliases),
        "absentNames": _filled(absent),
        "stateLabels": _filled(states),
        "questions": _filled(questions),
    }


def _filled(values: Mapping[str, Any]) -> Plain:
    return {name: value for name, value in values.items() if value}


def _examples(knowledge: Knowledge) -> Plain:
    """What the fields of a page show before anything is written into them."""
    finding = example_finding(knowledge)
    contexts = [one for one in knowledge.contexts.values() if one.states]
    background = {one.label: one.states[len(one.states) // 2].label for one in contexts[:1]}
    methods = [one.label for one in knowledge.methods.values() if one.cost]
    return {
        "question": example_question(knowledge),
        "answers": {finding: "absent", **background},
        "searches": [finding, *background, *methods[:1]],
    }


def _causes(model: ModelLike) -> Iterator[Plain]:
    for cause in model.data.knowledge.causes.values():
        prior = model.data.elicited.priors[cause.id]
        yield {
            "id": cause.id,
            "label": cause.label,
            "group": cause.group,
            "urgent": cause.urgent,
            "there": model.data.knowledge.there.get(cause.id, cause.id),
            "about": cause.about,
            "prior": prior.value,
            "stated": cause.commonness.word,
            "interval": [prior.low, prior.value, prior.high],
            "because": _origins(*cause.commonness.because, *cause.commonness.published_because),
        }


def _contexts(knowledge: Knowledge) -> Iterator[Plain]:
    for context in knowledge.contexts.values():
        states = [
            {"id": one.id, "label": one.label, "below": one.below, "aliases": [*one.aliases]}
            for one in context.states
        ]
        yield {"id": context.id, "states": states}


def _findings(knowledge: Knowledge) -> Iterator[Plain]:
    for finding in knowledge.findings.values():
        method = {"method": finding.method} if finding.method else {}
        kind = {} if finding.kind == "test" and method else {"kind": finding.kind}
        yield {"id": finding.id, **kind, **method}


def _sections(knowledge: Knowledge) -> Iterator[Plain]:
    """The sections of questions on a page: contexts, history, symptoms, signs, each method."""
    labels: dict[str, str] = {}
    for finding in knowledge.findings.values():
        if finding.method:
            labels[f"test_{finding.method}"] = knowledge.methods[finding.method].label
        else:
            kind = "symptom" if finding.kind == "complaint" else finding.kind
            labels[kind] = SECTIONS.get(kind, "Tests")
    if knowledge.contexts:
        labels["context"] = SECTIONS["context"]
    for id in dict.fromkeys((*SECTIONS, *labels)):
        if id in labels:
            yield {"id": id, "label": labels[id], "kind": id if id in SECTIONS else "test"}


def _urgency(knowledge: Knowledge) -> Plain:
    rules = [
        {
            "id": rule.id,
            "level": rule.level,
            **_condition(rule, list),
            "text": rule.reason,
            "because": _origins(*rule.because),
        }
        for rule in knowledge.urgency
    ]
    return {"possible": POSSIBLE, "advice": knowledge.meta.advice.model_dump(), "rules": rules}


def _condition(rule: Combination, named: Callable[[Iterable[str]], list[str]]) -> Plain:
    """When a rule holds, without the parts that ask for nothing."""
    parts = {"all": rule.all_of, "any": rule.any_of, "none": rule.none_of}
    few = {"atLeast": rule.at_least} if rule.any_of else {}
    return {**{part: named(ids) for part, ids in parts.items() if ids}, **few}


def _origins(*because: str) -> list[str]:
    """What something rests on: ids of claims and references, and assumptions without that word."""
    return [origin.removeprefix("assumed:").lstrip() for origin in because]


def _care(knowledge: Knowledge) -> Plain:
    """What to do about it, of the complaint, of groups and of causes."""

    def sentences(cares: Iterable[Care]) -> list[Any]:
        """Each text with its claims, and with what it is not for where there is any."""
        return [
            [care.text, _origins(*care.because), *([list(care.not_for)] if care.not_for else [])]
            for care in cares
        ]

    groups, causes = knowledge.groups.values(), knowledge.causes.values()
    return {
        "likely": LIKELY,
        "always": sentences(knowledge.meta.care),
        "groups": _filled({group.id: sentences(group.care) for group in groups}),
        "causes": _filled({cause.id: sentences(cause.care) for cause in causes}),
    }


def _telling(knowledge: Knowledge) -> Plain:
    """What virtual patients do not tell together, and how they answer."""

    def there(names: Iterable[str]) -> list[str]:
        """Names of nodes, of a cause the one that says that it is there; states stay behind."""
        parts = [name.partition(".") for name in names]
        return [f"{knowledge.there.get(id, id)}{dot}{state}" for id, dot, state in parts]

    rules = [_condition(rule, there) for rule in knowledge.incoherent.values()]
    voices = {one.id: _filled(_sayings(knowledge, one)) for one in knowledge.voices.values()}
    return {"incoherent": rules, "voices": voices, "rest": knowledge.meta.rest}


YES_NO = ("present", "absent")  # sentences of these alone stand without the names of the states


def _sayings(knowledge: Knowledge, voice: Voice) -> Plain:
    """How a virtual patient speaks of one node."""
    plain = {*voice.says} == {*YES_NO}
    return {
        "says": [voice.says[state] for state in YES_NO] if plain else voice.says,
        "called": voice.called,
        "opens": {state: list(ways) for state, ways in voice.opens.items()},
        "part": voice.part,
        "bounds": bounds_of(knowledge.contexts.get(voice.id), voice),
    }


def numbers_of(model: ModelLike) -> Plain:
    """Of a payload ``nodes``, ``arrows``, ``intervals`` and ``origins``: what is in numbers.

    Many arrows share an interval or an origin, so each of these stands once, and arrows name
    their places.
    """
    knowledge, network = model.data.knowledge, model.data.network
    nodes = {node.id: place for place, node in enumerate(network.nodes)}
    intervals: dict[tuple[float, ...], int] = {}
    origins: dict[str, int] = {}
    arrows = []
    for stated in model.data.elicited.stated:
        parent, child = _ends(knowledge, stated)
        arrow, interval = stated.arrow, stated.interval
        numbers = _shortened(interval.low, interval.value, interval.high)
        because = _origins(*arrow.statement.because)
        arrows.append(
            [
                nodes[parent],
                network[parent].states.index(arrow.state),
                nodes[child],
                int(arrow.statement.risk is not None),
                intervals.setdefault(numbers, len(intervals)),
                int(arrow.silent),
                [origins.setdefault(one, len(origins)) for one in because],
            ]
        )
    return {
        "nodes": [_node(knowledge, node) for node in network.nodes],
        "arrows": arrows,
        "intervals": [list(one) for one in intervals],
        "origins": list(origins),
    }


@lru_cache(maxsize=4096)  # few intervals serve very many arrows
def _shortened(*numbers: float) -> tuple[float, ...]:
    """Numbers to four digits."""
    return tuple(float(f"{one:.4g}") for one in numbers)


def _grounds(knowledge: Knowledge, content: Plain) -> Plain:
    """The claims and references that are named anywhere, in arrows by their origins."""
    care = content["care"]
    told = [care["always"], *care["groups"].values(), *care["causes"].values()]
    records = (*content["causes"], *content["urgency"]["rules"], *content["lessOften"].values())
    resting = [row["because"] for row in records]
    resting += [because for sentences in told for _, because, *_ in sentences]
    named = {*content["origins"], *chain.from_iterable(resting)}
    return {
        "measures": ["frequency", "risk"],
        "claims": {id: claim.statement for id, claim in knowledge.claims.items() if id in named},
        "references": {id: one.cited for id, one in knowledge.references.items() if id in named},
    }


def _ends(knowledge: Knowledge, stated: Stated) -> tuple[str, str]:
    """Between what a statement speaks: what raises a cause may hang below it in the network."""
    arrow = stated.arrow
    raising = arrow.place.partition(": raised_by.")[2]
    if raising and arrow.child in (raising, knowledge.there.get(raising)):
        return arrow.child, arrow.parent
    return arrow.parent, arrow.child
