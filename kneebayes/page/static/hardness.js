/** How hard a patient is: the same sums as Python's kneebayes.teaching.patients. */

import { infer } from "./engine.js";
import { chanceFrom, chanceOfStates, drawPatient, drawState, seedOfWorld } from "./patient.js";

/** How hard a patient can be wanted to be, as in Python. */
export const DIFFICULTIES = ["any", "easy", "medium", "hard"];

const REFERENCES = 256;
const DOUBLED = 2;
const [EASY_LEFT, HARD_LEFT] = [0.1, 0.3];
const [EASY_ODD, HARD_ODD] = [0.6, 0.9];

/**
 * The patient of a number who is of a kind and as hard as wanted, as Python's
 * `model.practice_case(difficulty, kind, seed)` has him.
 *
 * @param {object} model a model
 * @param {number} seed the number
 * @param {{kind: string, difficulty: string}} wanted one of `KINDS`, and of `DIFFICULTIES`
 * @returns {object} what `drawPatient` tells
 */
export function drawWanted(model, seed, { kind = "any", difficulty = "any" }) {
  const suits = (drawn) =>
    (kind !== "red herring" || redHerrings(model, drawn.states).length > 0) &&
    isAsHard(model, drawn, difficulty);
  return drawPatient(model, seed, { kind, suits });
}

/**
 * Whether a patient is as hard as wanted; false too where that cannot be judged exactly.
 *
 * @param {object} model a model
 * @param {{states: Object<string, string>}} patient a patient
 * @param {string} wanted one of `DIFFICULTIES`
 * @returns {boolean} whether he is
 */
export function isAsHard(model, patient, wanted) {
  if (wanted === "any") return true;
  const odd = atypicality(model, patient.states);
  if (odd > ({ easy: EASY_ODD, medium: HARD_ODD }[wanted] ?? 1)) return false;
  const { complaint, payload } = model;
  const about = (ids) => Object.fromEntries(ids.map((id) => [id, patient.states[id]]));
  const contexts = payload.contexts.map((one) => one.id);
  const findings = payload.findings.map((one) => one.id);
  const opening = bitsOf(model, about([complaint, ...contexts]));
  const left = bitsOf(model, about([complaint, ...contexts, ...findings]));
  if (opening === null || left === null) return false;
  const share = opening > 0 ? left / opening : 0;
  if (share > HARD_LEFT || odd > HARD_ODD) return wanted === "hard";
  return wanted === (share <= EASY_LEFT && odd <= EASY_ODD ? "easy" : "medium");
}

/** Entropy of P(it explains the complaint), summed over the causes; null where it is too wide to know. */
export function bitsOf(model, answers) {
  const found = infer(model, answers);
  if (found.tooWide) return null;
  return model.causes.reduce((sum, id) => sum + entropy(Math.min(1, found.posterior[id].at(-1))), 0);
}

function entropy(p) {
  return p <= 0 || p >= 1 ? 0 : -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
}

/** Share of patients with the same causes and background who are less surprising. */
export function atypicality(model, states) {
  const fixed = withAncestors(model);
  const own = Int16Array.from(model.nodes, (node) => node.states.indexOf(states[node.id]));
  const brought = model.nodes
    .map((node, at) => at)
    .filter((at) => !fixed.has(at) && model.nodes[at].id !== model.complaint);
  const surprise = (world) =>
    brought.reduce((sum, at) => sum - Math.log(chanceOfStates(model, at, world)[world[at]]), 0);
  const mine = surprise(own);
  let less = 0;
  for (let reference = 0; reference < REFERENCES; reference += 1) {
    const chance = chanceFrom(seedOfWorld(0, reference));
    const world = new Int16Array(model.nodes.length);
    for (let at = 0; at < world.length; at += 1) {
      world[at] = fixed.has(at) ? own[at] : 0;
      const drawn = drawState(fixed.has(at) ? [1] : chanceOfStates(model, at, world), chance);
      if (!fixed.has(at)) world[at] = drawn;
    }
    const other = surprise(world);
    if (other < mine - 1e-9) less += 1;
    else if (Math.abs(other - mine) <= 1e-9) less += 0.5;
  }
  return less / REFERENCES;
}

/** Places of causes and contexts, and of all that lies above them. */
function withAncestors(model) {
  const ids = new Set([...model.causes, ...model.there.values(), ...model.payload.contexts.map((one) => one.id)]);
  const found = new Set();
  for (let at = model.nodes.length - 1; at >= 0; at -= 1) {
    if (ids.has(model.nodes[at].id) || found.has(at)) {
      found.add(at);
      model.nodes[at].parents.forEach((parent) => found.add(parent));
    }
  }
  return found;
}

/**
 * Findings that no true cause produced and that point elsewhere.
 *
 * @param {object} model a model
 * @param {Object<string, string>} states of every node of a patient
 * @returns {Array<string>} ids
 */
export function redHerrings(model, states) {
  const { complaint, payload } = model;
  const stray = payload.findings
    .map((one) => one.id)
    .filter((id) => id !== complaint && states[id] === "present" && !fromACause(model, states, model.index.get(id)));
  if (stray.length === 0) return [];
  const opening = Object.fromEntries([complaint, ...payload.contexts.map((one) => one.id)].map((id) => [id, states[id]]));
  const beliefs = (answers) => infer(model, answers).posterior;
  const before = beliefs(opening);
  return stray.filter((id) => {
    const after = beliefs({ ...opening, [id]: states[id] });
    const leading = model.causes.reduce((best, one) => (after[one].at(-1) > after[best].at(-1) ? one : best));
    const [was, is] = [before[leading].at(-1), after[leading].at(-1)];
    return states[leading] === "absent" && (was > 0 ? is / was : is > 0 ? Infinity : 1) >= DOUBLED;
  });
}

/** Whether a present cause may have produced a present node, over other present nodes. */
function fromACause(model, states, at) {
  const node = model.nodes[at];
  const causes = new Set([...model.there].flat());
  return (node.links ?? []).some((strength, place) => {
    const parent = model.nodes[node.parents[place]];
    const state = parent.states.indexOf(states[parent.id]);
    if (!strength[state] || parent.id === `${node.id}_by_chance`) return false;
    if (causes.has(parent.id) || !parent.isNoisyOr) return states[parent.id] !== "absent"; // a table says which explains
    return state > 0 && fromACause(model, states, node.parents[place]);
  });
}
