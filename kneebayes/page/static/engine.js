/**
 * Exact inference: P(what is known) and the posterior of every state, by summing out with
 * additions only; nothing is sampled. The same algebra as the Python package's engine.
 */

import { observe, placeOf } from "./model.js";
import { leavesOf, relevantNodes } from "./leaves.js";
import { planFor } from "./plan.js";
import { runAgain, runBackward, runForward } from "./passes.js";

/** Below this 1 - P(all absent) would lose more than three digits. */
const SMALL_CHANCE = 1e-3;

/**
 * What follows from some answers.
 *
 * @param {object} model a model
 * @param {Object<string, ?string>} answers name of a state by id; null and undefined are
 *   unknown. The complaint is not added by itself.
 * @param {{targets: Array<string>}} [options] nodes to be told of besides the causes
 * @returns {object} `possible`; `logProbability`, the natural logarithm of P(answers);
 *   `posterior`, P(state | answers) for each state by id; `present`, P(it is there | answers)
 *   by cause, whether it explains the complaint or not; `groups`, P(at least one member |
 *   answers) by id; `urgent`, P(at least one urgent cause | answers). The last two are
 *   computed when they are read first. Impossible answers have zeros throughout. A question
 *   that needs too large a table has `tooWide` and its `width`, and no numbers.
 */
export function infer(model, answers, options = {}) {
  const targets = [...new Set([...model.causes, ...(options.targets || [])])];
  const asked = [...new Set([...targets, ...model.there.values()])];
  const places = asked.map((id) => placeOf(model, id));
  const urgent = model.urgent.map((id) => placeOf(model, id));
  const query = queryOf(model, observe(model, answers), [...places, ...urgent]);
  if (query.tooWide) {
    return { tooWide: true, width: query.width, possible: null };
  }
  const { logProbability, marginals } = propagate(model, query, [], places);
  const told = new Map(asked.map((id, at) => [id, marginals[at]]));
  const posterior = Object.fromEntries(targets.map((id) => [id, told.get(id)]));
  const present = Object.fromEntries([...model.there].map(([id, node]) => [id, told.get(node)[1]]));
  const groups = model.payload.groups;
  return addLazily({ possible: logProbability > -Infinity, logProbability, posterior, present }, {
    groups: () =>
      Object.fromEntries(
        groups.map(({ id, members }) => [id, chanceOfAny(model, query, members, logProbability)]),
      ),
    urgent: () => chanceOfAny(model, query, model.urgent, logProbability),
  });
}

/** Properties that are computed when they are read first. */
function addLazily(target, made) {
  for (const [name, make] of Object.entries(made)) {
    let value;
    Object.defineProperty(target, name, {
      enumerable: true,
      get() {
        value = value === undefined ? make() : value;
        return value;
      },
    });
  }
  return target;
}

/**
 * A question made ready: its tables and its plan.
 *
 * @param {object} model a model
 * @param {Int8Array} hard observed states
 * @param {Array<number>} targets nodes that will be asked about
 * @returns {object} `hard`, `relevant`, `below` (nodes that are read off a parent), `plan`,
 *   `own` (where the table of each open node starts), `logConstant`, `forward` (the tables as
 *   they are without further weights); or `tooWide` and `width`
 */
export function queryOf(model, hard, targets) {
  const { relevant, below } = relevantNodes(model, hard, targets);
  const { scopes, tables, own, logConstant } = leavesOf(model, hard, relevant);
  const plan = planFor(model, scopes, hard);
  if (plan.tooWide) {
    return { tooWide: true, width: plan.width };
  }
  const leaves = new Float64Array(plan.leaves);
  tables.forEach((table, at) => leaves.set(table, plan.starts[at]));
  for (const [at, table] of own) {
    own.set(at, plan.starts[table]);
  }
  return { hard, relevant, below, plan, own, logConstant, forward: runForward(plan, leaves) };
}

/**
 * P(evidence), and the marginals of some nodes.
 *
 * @param {object} model a model
 * @param {object} query a question made ready
 * @param {Iterable<[number, ArrayLike<number>]>} weights for some open nodes that take part or
 *   are read off a parent, what to multiply each of their states by: a further likelihood
 * @param {?Array<number>} targets nodes whose marginals are wanted, or null for none
 * @returns {object} `logProbability`, and `marginals`, one array for each target, all zero
 *   where the evidence is impossible
 */
export function propagate(model, query, weights, targets) {
  const { below } = query;
  const own = new Map();
  for (const [at, numbers] of weights) {
    own.set(at, times(own.get(at), numbers));
  }
  const factors = factorsOf(query, own);
  const taking = targets === null ? null : [...new Set(targets.map((at) => below.get(at)?.parent ?? at))];
  const { logProbability, marginals } = isReweighing(query, factors, taking)
    ? reweighed(model, query, factors.get(taking[0]), taking[0])
    : passed(model, query, factors, taking);
  if (targets === null) {
    return { logProbability };
  }
  return {
    logProbability,
    marginals: targets.map((at) => (below.has(at) ? readOff(below.get(at), marginals, own.get(at)) : marginals.get(at))),
  };
}

/** There with the weights, and back as far as to what is wanted. */
function passed(model, query, factors, taking) {
  const { forward, own, plan, logConstant } = query;
  const starts = new Map([...factors].map(([at, numbers]) => [own.get(at), numbers]));
  const now = factors.size ? runAgain(plan, forward, starts) : forward;
  const logProbability = now.logProbability + logConstant;
  const marginals = taking && marginalsOf(model, query, now, taking, logProbability > -Infinity);
  now.undo?.();
  return { logProbability, marginals };
}

/** Whether it is the states of one node that are weighed, and all is read off the same node. */
function isReweighing({ hard }, factors, taking) {
  return factors.size === 1 && taking?.length === 1 && factors.has(taking[0]) && hard[taking[0]] < 0;
}

/** The same as `passed`, by the marginal without weights: no table is needed. */
function reweighed(model, query, numbers, at) {
  query.plain ??= new Map();
  if (!query.plain.has(at)) {
    query.plain.set(at, passed(model, query, new Map(), [at]));
  }
  const before = query.plain.get(at);
  const shares = before.marginals.get(at).map((one, state) => one * numbers[state]);
  const total = shares.reduce((sum, one) => sum + one, 0);
  const logProbability = before.logProbability + Math.log(total);
  return { logProbability, marginals: new Map([[at, shares.map((one) => (total > 0 ? one / total : 0))]]) };
}

/** By node that takes part what its states are to be multiplied by, all weights together. */
function factorsOf({ below }, weights) {
  const factors = new Map();
  for (const [at, numbers] of weights) {
    const { parent, rows } = below.get(at) ?? { parent: at };
    const mine = rows ? rows.map((row) => weighed(row, numbers)) : numbers;
    factors.set(parent, times(factors.get(parent), mine));
  }
  return factors;
}

/** The product of two rows of numbers, entry by entry; the second alone where there is no first. */
function times(some, others) {
  return some ? some.map((one, at) => one * others[at]) : others;
}

/** The sum of those products. */
function weighed(row, numbers) {
  return row.reduce((sum, one, at) => sum + one * numbers[at], 0);
}

/** Marginals of nodes that take part, by node. */
function marginalsOf(model, { hard, plan, own }, forward, nodes, possible) {
  const open = nodes.filter((at) => hard[at] < 0);
  const gradients = possible ? runBackward(model, plan, forward, open.map((at) => own.get(at))) : null;
  return new Map(
    nodes.map((at) => {
      const { states } = model.nodes[at];
      if (hard[at] >= 0 || !possible) {
        return [at, states.map((_, state) => (possible && state === hard[at] ? 1 : 0))];
      }
      const start = own.get(at);
      const shares = states.map((_, state) => forward.values[start + state] * gradients[start + state]);
      const total = shares.reduce((sum, one) => sum + one, 0);
      return [at, shares.map((one) => one / total)];
    }),
  );
}

/** The marginal of a node by that of the parent off which it is read, and by its own weights. */
function readOff({ parent, rows }, marginals, weights) {
  const shares = marginals.get(parent);
  const found = rows[0].map(() => 0);
  rows.forEach((row, at) => {
    const mine = weights ? times(row, weights) : row;
    const total = weights ? weighed(row, weights) : 1;
    mine.forEach((one, state) => {
      found[state] += total > 0 ? (shares[at] * one) / total : 0;
    });
  });
  return found;
}

/**
 * P(at least one of some binary nodes is present | evidence).
 *
 * One minus P(all absent); where that is small the sum of P(first present), P(second present,
 * first absent) and so on, in which nothing cancels.
 *
 * @param {object} model a model
 * @param {object} query a question made ready, in which the members take part
 * @param {Array<string>} members ids of binary nodes
 * @param {number} logGiven ln P(evidence)
 * @returns {number} the probability, 0 where the evidence is impossible
 */
export function chanceOfAny(model, query, members, logGiven) {
  const places = [...new Set(members)].map((id) => placeOf(model, id));
  if (logGiven === -Infinity) {
    return 0;
  }
  if (places.some((at) => query.hard[at] === 1)) {
    return 1;
  }
  const open = places.filter((at) => query.hard[at] < 0);
  const share = (weights) => Math.exp(propagate(model, query, weights, null).logProbability - logGiven);
  const absent = open.map((at) => [at, [1, 0]]);
  let some = open.length ? 1 - share(absent) : 0;
  if (some < SMALL_CHANCE) {
    some = open.reduce((sum, at, which) => sum + share([...absent.slice(0, which), [at, [0, 1]]]), 0);
  }
  return Math.min(1, some);
}
