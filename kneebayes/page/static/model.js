/**
 * The network of a payload, laid out for computing.
 *
 * A node is a number, its place in the payload, parents before children. A variable is a
 * number too: `2 * node` is the state of a node, `2 * node + 1` the fired-yet bit of its family.
 */

/** The form of the payload that these scripts read. */
export const PAYLOAD_VERSION = 5;

const BINARY = ["absent", "present"];

/**
 * Lay out a payload for computing.
 *
 * @param {object} payload what `kneebayes.page.payload` made
 * @returns {object} the model: `payload`, `nodes` (with `parents` as places), `index` (place by
 *   id), `causes` (ids), `there` (by cause the node that says that it is there), `labels`,
 *   `plans` (elimination orders found so far)
 */
export function createModel(payload) {
  if (payload.version !== PAYLOAD_VERSION) {
    throw new Error(`This page reads payloads of version ${PAYLOAD_VERSION}, got ${payload.version}.`);
  }
  const index = new Map(payload.nodes.map((node, at) => [node.id, at]));
  const nodes = payload.nodes.map((node) => {
    const parents = node.parents.map((id) => index.get(id));
    const links = node.links?.map((link, place) => statesOf(payload.nodes[parents[place]]).map((_, state) => link[state] ?? 0));
    return { ...node, states: statesOf(node), parents, links, isNoisyOr: links !== undefined };
  });
  return {
    payload,
    nodes,
    index,
    causes: payload.causes.map((cause) => cause.id),
    there: thereOf(payload),
    urgent: payload.urgent,
    labels: payload.labels,
    complaint: payload.complaint,
    plans: new Map(),
  };
}

/** The states of a node of a payload: absent and present unless it says otherwise. */
export function statesOf(node) {
  return node.states ?? BINARY;
}

/** By cause the node that says that it is there, whether it explains the complaint or not. */
export function thereOf(payload) {
  return new Map(payload.causes.map((cause) => [cause.id, cause.there || cause.id]));
}

/**
 * Answers by name as answers about nodes: a cause that is named is there, as in Python.
 *
 * @param {object} model a model
 * @param {Object<string, ?string>} answers name of a state by id
 * @returns {Object<string, ?string>} the same, about the nodes that are meant
 */
export function meant(model, answers) {
  return Object.fromEntries(Object.entries(answers).map(([id, state]) => [model.there.get(id) ?? id, state]));
}

/**
 * The node of an id.
 *
 * @param {object} model a model
 * @param {string} id id of a node
 * @returns {number} its place
 */
export function placeOf(model, id) {
  const at = model.index.get(id);
  if (at === undefined) {
    throw new Error(`There is no node '${id}'.`);
  }
  return at;
}

/**
 * Answers as the observed state of each node.
 *
 * @param {object} model a model
 * @param {Object<string, ?string>} answers name of a state by id; null and undefined are unknown
 * @returns {Int8Array} place of the observed state of each node, -1 where it is unknown
 */
export function observe(model, answers) {
  const hard = new Int8Array(model.nodes.length).fill(-1);
  for (const [id, state] of Object.entries(answers)) {
    if (state === null || state === undefined) {
      continue;
    }
    const at = placeOf(model, id);
    const states = model.nodes[at].states;
    hard[at] = states.indexOf(state);
    if (hard[at] < 0) {
      throw new Error(`'${id}' cannot be '${state}'. Its states are: ${states.join(", ")}.`);
    }
  }
  return hard;
}

/**
 * The words for an answer: the model's own where it has them.
 *
 * @param {object} model a model
 * @param {string} id id of a node
 * @param {string} state one of its states
 * @returns {string} label of the state
 */
export function stateLabel(model, id, state) {
  const own = model.payload.stateLabels[id];
  return (own && own[state]) || state;
}
