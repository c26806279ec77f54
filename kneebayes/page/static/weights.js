/** Answers that are less than certain, and a prior that someone else believes. */

import { createModel } from "./model.js";

/** What "perhaps" stands for: the answer 0.75 of Python, which speaks 3 to 1 for it. */
export const PERHAPS = 0.75;

/** What comes before the id of a node that was perhaps seen. */
export const WEIGHT = "~";

/** What comes before the id of a cause whose prior someone else believes. */
export const PRIOR = "^";

/**
 * A model with weights on some nodes, each a virtual finding that was seen (Pearl 1988).
 *
 * @param {object} model a model
 * @param {Object<string, Array<number>>} weights how much each state of a node is favoured, by
 *   id; only their ratios count
 * @param {Object<string, Array<number>>} priors the same of causes whose prior is another
 * @returns {{model: object, answers: Object<string, string>}} the model with a node for each
 *   weight, and the answers that say that it was seen
 */
export function weighted(model, weights, priors = {}) {
  const all = [
    ...Object.entries(weights).map(([id, numbers]) => [WEIGHT + id, id, numbers]),
    ...Object.entries(priors).map(([id, numbers]) => [PRIOR + id, id, numbers]),
  ];
  if (all.length === 0) return { model, answers: {} };
  const nodes = all.map(([id, parent, numbers]) => {
    const most = Math.max(...numbers);
    return {
      id,
      kind: "hidden",
      parents: [parent],
      table: numbers.flatMap((one) => [1 - one / most, one / most]),
    };
  });
  const payload = { ...model.payload, nodes: [...model.payload.nodes, ...nodes] };
  return {
    model: createModel(payload),
    answers: Object.fromEntries(nodes.map((node) => [node.id, "present"])),
  };
}

/**
 * The weight that turns one prior of a cause into another, whatever else is known.
 *
 * @param {number} prior P(cause | complaint) of the model
 * @param {number} wanted the same as someone else believes it
 * @returns {Array<number>} for absent and present
 */
export function weightOfPrior(prior, wanted) {
  return [(1 - wanted) / (1 - prior), wanted / prior];
}
