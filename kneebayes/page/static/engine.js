/**
 * Exact inference: P(what is known) and the posterior of every state, by summing out with
 * additions only; nothing is sampled. The same algebra as the Python package's engine.
 */

import { observe, placeOf } from "./model.js";
import { leavesOf, relevantNodes } from "./leaves.js";
import { planFor } from "./plan.js";
import { runBackward, runForward } from "./passes.js";

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
  const query = queryOf(model, observe(model, answers), places);
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
 * @returns {object} `hard`, `relevant`, `plan`, `leaves` (tables end to end), `own` (where the
 *   table of each open node starts), `logConstant`; or `tooWide` and `width`
 */
export function queryOf(model, hard, targets) {
  const relevant = relevantNodes(model, hard, targets);
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
  return { hard, relevant, plan, leaves, own, logConstant };
}

/**
 * P(evidence), and the marginals of some nodes.
 *
 * @param {object} model a model
 * @param {object} query a question made ready
 * @param {Iterable<[number, ArrayLike<number>]>} weights for some open nodes that take part,
 *   what to multiply each of their states by: a further likelihood
 * @param {?Array<number>} targets nodes whose marginals are wanted, or null for none
 * @returns {object} `logProbability`, and `marginals`, one array for each target, all zero
 *   where the evidence is impossible
 */
export function propagate(model, query, weights, targets) {
  const { hard, plan, own } = query;
  const leaves = query.leaves.slice();
  for (const [at, numbers] of weights) {
    const start = own.get(at);
    for (let state = 0; state < numbers.length; state += 1) {
      leaves[start + state] *= numbers[state];
    }
  }
  const forward = runForward(model, plan, leaves);
  const logProbability = forward.logProbability + query.logConstant;
  if (targets === null) {
    return { logProbability };
  }
  const possible = logProbability > -Infinity;
  const gradients = possible ? runBackward(model, plan, forward) : null;
  const marginals = targets.map((at) => {
    const states = Array.from({ length: model.nodes[at].states.length }, (_, state) => state);
    if (hard[at] >= 0 || !possible) {
      return states.map((state) => (possible && state === hard[at] ? 1 : 0));
    }
    const start = own.get(at);
    const shares = states.map((state) => leaves[start + state] * gradients[start + state]);
    const total = shares.reduce((sum, one) => sum + one, 0);
    return shares.map((one) => one / total);
  });
  return { logProbability, marginals };
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
