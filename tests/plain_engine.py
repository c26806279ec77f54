"""The plain engine, asked where the kernel would answer."""

import numpy as np

from kneebayes.inference import Engine, Evidence, Propagation
from kneebayes.inference.answering import answer_row_plainly
from kneebayes.inference.batch import cases_of, rows_of


def plainly(engine: Engine, evidence: Evidence, targets: list[str]) -> Propagation:
    network, flat = engine.network, engine.flat
    batch = cases_of(network, flat, [evidence], engine.numbers)
    asked = rows_of(flat, batch, [network.index[id] for id in targets])
    answer_row_plainly(flat, asked, 0)
    assert asked.logs[0] < np.inf, "the plain engine gave up"
    marginals = {}
    for id in targets:
        at = network.index[id]
        mine = asked.marginals[:, flat.own_start[at] : flat.own_start[at + 1]]
        state = batch.hard[0, at]
        if state >= 0 and asked.logs[0] > -np.inf:
            mine[0, state] = 1.0
        marginals[id] = mine
    return Propagation(asked.logs, marginals)
