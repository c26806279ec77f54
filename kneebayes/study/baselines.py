"""What else could be said of the same patients: simpler reasoning, and what learns from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import checked
from kneebayes.binding import pd
from kneebayes.building.model import AnyModel, ModelLike
from kneebayes.cohort.record import reading_of
from kneebayes.cohort.simulation import items_of
from kneebayes.errors import needing
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.paths import ancestors, lets_through
from kneebayes.knowledge.base import where_most
from kneebayes.network import Network, Node, Numbers, noisy_or_node, root_node
from kneebayes.network.pgmpy_bridge import estimate_naive
from kneebayes.odds import inverse_logit

EDGE = 1e-9  # naive Bayes may say 0 and 1 at once of one patient; it is kept this far from both

States = NDArray[np.int16]
Shares = Callable[[tuple[str, ...], tuple[str, str] | None], Numbers]


def states_of(model: ModelLike, answers: pd.DataFrame) -> States:
    """What is known for certain: patients x nodes, index of the state, -1 where unknown."""
    return reading_of(model, answers).hard


def prior_only(model: ModelLike, patients: int) -> Numbers:
    """P(cause | complaint) for everybody: patients x causes."""
    seen = Evidence.of(model.data.network, {model.data.complaint: "present"})
    causes = list(model.data.knowledge.causes)
    propagated = model.data.engine.propagate(seen, causes)
    return np.tile([propagated.present(id) for id in causes], (patients, 1))


def naive_bayes(model: ModelLike, states: States) -> Numbers:
    """Each answer weighed alone, as if answers were independent given one cause at a time.

    The odds of each cause given the complaint are multiplied by the likelihood ratio of each
    answer alone, taken from this network: P(answer | cause, complaint) / P(answer | no such
    cause, complaint). So every single number is right, but dependences between answers, and
    between causes, are ignored. ``states`` are patients x nodes, the result patients x causes.
    """
    network, causes = model.data.network, list(model.data.knowledge.causes)
    complaint = {model.data.complaint: "present"}
    asked = [
        (network.index[id], index, Evidence.of(network, {**complaint, id: state}))
        for id in items_of(model)
        if id not in complaint
        for index, state in enumerate(network[id].states)
    ]
    cases = [Evidence.of(network, complaint), *(evidence for _, _, evidence in asked)]
    propagated = model.data.engine.propagate_each(cases, causes)
    posteriors = np.stack([propagated.marginals[id][:, 1] for id in causes], axis=1)
    clipped = np.clip(posteriors, EDGE, 1.0 - EDGE)
    logits = np.log(clipped) - np.log1p(-clipped)
    logits[propagated.log_probability == -np.inf] = logits[0]  # an answer that nobody can give
    sums = np.tile(logits[0], (len(states), 1))
    for row, (node, state, _) in enumerate(asked, start=1):
        sums[states[:, node] == state] += logits[row] - logits[0]
    return np.asarray(np.vectorize(inverse_logit, otypes=[float])(sums))


PENALTY = 0.2  # inverse strength; near the best for 300 to 10,000 of the article's patients
IMAGINED = 4.0  # patients of pgmpy's prior: one in each cell of a table of two by two


class LogisticRegressions:
    """One logistic regression a cause, learned when it is made; needs scikit-learn.

    States are patients x nodes, truth patients x causes; of the model no number is used.
    Features: for each context and finding and each of its states, whether it is known to be
    so. L2 penalty of inverse strength 0.2, near the best for 300 to 10,000 of the article's
    patients. A cause that nobody or everybody has is given its share among them, with half a
    patient added on either side.
    """

    def __init__(self, model: ModelLike, states: States, truth: NDArray[np.bool_]) -> None:
        with needing("Learning needs scikit-learn. Install it: pip install kneebayes[study]"):
            from sklearn.linear_model import LogisticRegression

            csr_matrix = import_module("scipy.sparse").csr_matrix  # both come with scikit-learn
            threadpool_limits = import_module("threadpoolctl").threadpool_limits
        self.model = model
        features = csr_matrix(self._features(states))
        self.fitted: list[Any] = []
        with threadpool_limits(1):  # small problems: threads would only wait for each other
            for column in truth.T:
                if column.all() or not column.any():
                    self.fitted.append(float((column.sum() + 0.5) / (len(column) + 1.0)))
                else:
                    regression = LogisticRegression(C=PENALTY, max_iter=2000)
                    self.fitted.append(regression.fit(features, column))

    def predict(self, states: States) -> Numbers:
        """P(cause) as learned: patients x causes."""
        features = self._features(states)
        predicted = np.empty((len(states), len(self.fitted)))
        for index, fitted in enumerate(self.fitted):
            known = isinstance(fitted, float)
            predicted[:, index] = fitted if known else fitted.predict_proba(features)[:, 1]
        return predicted

    def _features(self, states: States) -> Numbers:
        network = self.model.data.network
        items = items_of(self.model)
        asked = [(network.index[id], len(network[id].states)) for id in items]
        known = [states[:, node] == state for node, count in asked for state in range(count)]
        return np.stack(known, axis=1).astype(float)


class PgmpyNaiveBayes:
    """The same with one naive Bayes a cause, its tables learned by pgmpy's own estimator.

    A network of pgmpy with arrows from the cause to every context and finding; an answer that
    is not known is left out of its table. With the BDeu prior of four imagined patients. Asked
    by a product over its tables (for each cause P(absent), P(present), and P(state | cause)), which
    is what pgmpy's query returns one patient at a time.
    """

    def __init__(self, model: ModelLike, states: States, truth: NDArray[np.bool_]) -> None:
        self.model = model
        network, items = model.data.network, items_of(model)
        known = states[:, [network.index[id] for id in items]].astype(float)
        frame = pd.DataFrame(np.where(known < 0, np.nan, known), columns=items)
        sizes = {id: len(network[id].states) for id in items}
        columns = truth.T.astype(float)
        self.tables = [estimate_naive(frame, column, sizes, IMAGINED) for column in columns]

    def predict(self, states: States) -> Numbers:
        """P(cause) as learned: patients x causes."""
        network = self.model.data.network
        odds = np.empty((len(states), len(self.tables)))
        for index, (shares, tables) in enumerate(self.tables):
            logs = np.tile(np.log(shares), (len(states), 1))
            for id, table in tables.items():
                observed = states[:, network.index[id]]
                seen = observed >= 0
                logs[seen] += np.log(table[observed[seen]])
            odds[:, index] = logs[:, 1] - logs[:, 0]
        predicted = np.vectorize(inverse_logit, otypes=[float])(odds)
        return np.asarray(np.clip(predicted, EDGE, 1.0 - EDGE))


LEARNERS: Mapping[str, type[LogisticRegressions | PgmpyNaiveBayes]] = {
    "logistic regression": LogisticRegressions,
    "pgmpy naive Bayes": PgmpyNaiveBayes,
}


@checked
def without_mediators(model: AnyModel) -> AnyModel:
    """A model in which no finding shares a mediator, or a finding, with another.

    Every finding keeps P(finding | this cause alone); only that several findings come from
    one process is lost. Shares, presences and contexts stay.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> signs = {"redness": True, "warmth": True, "swollen knee": True, "fever": True}
    >>> bare = without_mediators(knee)
    >>> bare.diagnose(signs)["infection"] > knee.diagnose(signs)["infection"]
    True
    """
    knowledge = model.data.knowledge
    hidden = {*knowledge.mediators, *map(where_most, knowledge.mediators)}
    between = {*hidden, *knowledge.findings} - set(knowledge.there.values())
    network = collapse(model.data.network, list(knowledge.findings), between)
    elicited = replace(model.data.elicited, network=network)
    return model.replace(elicited=elicited, engine=Engine(network))


def collapse(network: Network, findings: Sequence[str], between: set[str]) -> Network:
    """Link some noisy-OR findings directly to what the nodes ``between`` depend on."""
    engine = Engine(network)

    @cache
    def shares(ids: tuple[str, ...], given: tuple[str, str] | None) -> Numbers:
        """P(the states of some nodes together | the state of another)."""
        seen = Evidence.of(network, dict([given] if given else []))
        joint = engine.joint(seen, ids)[0].ravel() if ids else np.ones(1)
        shared: Numbers = joint / joint.sum()
        return shared

    return network.replacing(
        [
            _direct(network, network[id], between, shares)
            for id in findings
            if network[id].is_noisy_or and between.intersection(network[id].parents)
        ]
    )


def _direct(network: Network, finding: Node, between: set[str], shares: Shares) -> Node:
    """A noisy-OR with the same P(finding | one parent alone) for every parent behind.

    What only lets a part through, such as an age, is as often there as with that parent.
    """
    inner, outer = _behind(network, finding, between)
    states = {id: network[id].states for id in outer}
    roots = [root_node(id, [1.0 / len(states[id])] * len(states[id]), states[id]) for id in outer]
    part = Network((*roots, *(network[id] for id in inner), finding))
    engine, ajar = Engine(part), _letting_through(network, (finding.id, *inner))
    base = {id: states[id][0] for id in outer if id not in ajar}
    each = [dict(zip(ajar, one, strict=True)) for one in product(*(states[id] for id in ajar))]

    def absent(id: str, state: str) -> float:
        """P(the finding is absent | the state of a parent behind it, the others absent)."""
        seen = [Evidence.of(part, {**base, id: state, **one}) for one in each]
        alone = engine.propagate_each(seen, [finding.id]).marginals[finding.id][:, 0]
        given = (id, state) if len(states[id]) > 2 else None
        return float(shares(ajar, given) @ alone)

    unfired = absent(*next(iter(base.items())))
    links: dict[str, Sequence[float]] = {}
    for id in base:
        strengths, shift = _ratios(np.array([absent(id, state) for state in states[id]]))
        unfired *= shift
        links[id] = tuple(strengths)
    return noisy_or_node(finding.id, min(max(1.0 - unfired, 0.0), 1.0), links)


def _letting_through(network: Network, ids: Iterable[str]) -> tuple[str, ...]:
    """What nodes depend on that does nothing but let them through, in a share."""
    ways = {id: network[id].parents[1:] if lets_through(network, id) else () for id in ids}
    acting = {one for id in ways for one in network[id].parents if one not in ways[id]}
    return tuple(sorted({one for way in ways.values() for one in way} - acting))


def _ratios(absent: Numbers) -> tuple[Numbers, float]:
    """Link of each state, and what the leak takes over where the first state fires too."""
    largest = float(absent.max())
    if largest == 0.0:
        return np.ones(absent.size), 1.0
    shift = largest / float(absent[0]) if absent[0] > 0.0 else 1.0
    return np.clip(1.0 - absent / largest, 0.0, 1.0), shift


def _behind(network: Network, finding: Node, between: set[str]) -> tuple[list[str], list[str]]:
    """Mediators that lead to a finding, and the nodes they depend on."""
    inner = ancestors(network, [finding.id], between) - {finding.id}
    parents = {parent for id in (finding.id, *inner) for parent in network[id].parents}
    order = [node.id for node in network.nodes]
    return [id for id in order if id in inner], [id for id in order if id in parents - inner]
