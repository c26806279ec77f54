/** Urgency follows from signs, never from a probability. */

import { stateLabel } from "./model.js";

/**
 * Apply every urgency rule to the signs that are present, and to causes that are known to be there.
 *
 * @param {object} model a model
 * @param {Object<string, ?string>} answers name of a state by id; null and undefined are unknown
 * @returns {{level: string, advice: string, reasons: Array<object>}} the level (`now`, `soon`
 *   or `routine`), what to do, and the rules that fired, the most urgent first, each with
 *   `rule` (id), `level`, `text`, `signs` (labels) and `because` (claims and references)
 */
export function urgency(model, answers) {
  const present = presentIn(model, answers);
  const { rules, advice } = model.payload.urgency;
  const reasons = rules.flatMap((rule) => {
    const signs = signsOf(rule, present).map((name) => labelOf(model, name));
    const { id, level, text, because } = rule;
    return signs.length ? [{ rule: id, level, text, signs, because }] : [];
  });
  reasons.sort((one, other) => Number(one.level !== "now") - Number(other.level !== "now"));
  const level = reasons.length ? reasons[0].level : "routine";
  return { level, advice: advice[level], reasons };
}

/**
 * What is truly there calls for: the causes, silent ones too, and every sign that needs no test.
 *
 * @param {object} model a model
 * @param {{states: Object<string, string>, there: Array<string>}} patient a virtual patient
 * @returns {object} what `urgency` tells; a test only points to causes, and these are known now
 */
export function hindsightOf(model, { states, there }) {
  const { contexts, findings } = model.payload;
  const signs = [...contexts, ...findings.filter(({ kind = "test" }) => kind !== "test")];
  const seen = signs.map(({ id }) => [id, states[id]]);
  return urgency(model, Object.fromEntries([...seen, ...there.map((id) => [model.there.get(id), "present"])]));
}

/** What is present by the names that rules have for it: ids of nodes and causes, states as `age.child`. */
export function presentIn(model, answers) {
  const causes = new Map([...model.there].map(([cause, node]) => [node, cause]));
  const present = new Set();
  for (const [id, state] of Object.entries(answers)) {
    const states = model.nodes[model.index.get(id)].states;
    if (!states.includes("present")) {
      present.add(`${id}.${state}`);
    } else if (state === "present") {
      present.add(causes.get(id) ?? id);
    }
  }
  return present;
}

/** The label of what a rule names: a node, or a node and its state. */
function labelOf(model, name) {
  const [id, state] = name.split(".");
  return state === undefined ? model.labels[id] : `${model.labels[id]}: ${stateLabel(model, id, state)}`;
}

/** Ids of the signs that make a rule fire, none if it does not. */
function signsOf({ all = [], any = [], none = [], atLeast }, present) {
  if (all.some((id) => !present.has(id)) || none.some((id) => present.has(id))) {
    return [];
  }
  const some = any.filter((id) => present.has(id));
  if (any.length && some.length < atLeast) {
    return [];
  }
  return [...new Set([...all, ...some])];
}
