/**
 * P(a finding is absent, evidence) by way of questions that are ready.
 *
 * A negative finding only weighs the states of its parents, one by one, so it needs no tables
 * and no plan of its own. A parent on whose state nothing else depends is summed out first:
 * weighed by v0 where it is absent and v1 where it is present, it leaves v1, plus v0 - v1 where
 * it is absent; and that is a negative finding again (a present finding is never commoner
 * where its parent is absent, so v0 >= v1 and nothing cancels).
 */

/** So many sums at most; a finding that needs more gets a plan of its own. */
const MOST_SUMS = 32;

/**
 * What to multiply the states of some nodes by, so that the sum over all of these is
 * P(node in a state, evidence).
 *
 * @param {object} model a model
 * @param {object} query a question made ready
 * @param {number} at an open node
 * @param {number} state one of its states
 * @returns {?Array<{weight: number, states: Map<number, Array<number>>}>} weights, each with
 *   the states of nodes that take part in the question or are read off one; null where it cannot be said so
 */
export function weightsOf(model, query, at, state) {
  const chosen = model.nodes[at].states.map((_, one) => Number(one === state));
  const isOut = (node) => !query.relevant[node] && !query.below.has(node) && query.hard[node] < 0;
  let sums = [{ weight: 1, states: new Map([[at, chosen]]) }];
  for (;;) {
    const node = Math.max(-1, ...sums.flatMap((sum) => [...sum.states.keys()].filter(isOut)));
    if (node < 0) {
      return sums;
    }
    const parted = sums.map((sum) => (sum.states.has(node) ? sumOut(model, query, sum, node) : [sum]));
    if (parted.includes(null)) {
      return null;
    }
    sums = merged(parted.flat());
    if (sums.length > MOST_SUMS) {
      return null;
    }
  }
}

/** Sums that weigh the states of the same node and of no other are added up to one. */
function merged(sums) {
  const together = new Map();
  const apart = [];
  for (const sum of sums) {
    const [[node, numbers] = [-1, null]] = sum.states;
    if (sum.states.size !== 1) {
      apart.push(sum);
    } else {
      const scaled = numbers.map((one) => one * sum.weight);
      together.set(node, together.get(node)?.map((one, state) => one + scaled[state]) ?? scaled);
    }
  }
  return [...apart, ...[...together].map(([node, numbers]) => ({ weight: 1, states: new Map([[node, numbers]]) }))];
}

/** Sum one node out that does not take part; its children have gone before it. */
function sumOut(model, query, sum, at) {
  const node = model.nodes[at];
  const rest = new Map(sum.states);
  const numbers = rest.get(at);
  rest.delete(at);
  if (!node.isNoisyOr) {
    const total = numbers.reduce((all, one, state) => all + one * node.table[state], 0);
    return node.parents.length ? null : [{ weight: sum.weight * total, states: rest }];
  }
  const [absent, present] = numbers;
  if (absent < present) {
    return null;
  }
  const found = present > 0 ? [{ weight: sum.weight * present, states: rest }] : [];
  const negative = { weight: sum.weight * (absent - present) * (1 - node.leak), states: new Map(rest) };
  node.parents.forEach((parent, place) => {
    const unfired = node.links[place].map((one) => 1 - one);
    if (query.hard[parent] >= 0) {
      negative.weight *= unfired[query.hard[parent]];
    } else {
      const before = negative.states.get(parent);
      negative.states.set(parent, before ? before.map((one, state) => one * unfired[state]) : unfired);
    }
  });
  return negative.weight > 0 ? [...found, negative] : found;
}
