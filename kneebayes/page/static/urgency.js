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
 * What the signs call for that were found, or could have been found for nothing.
 *
 * A sign that was found counts also where an answer that nobody asked for would put it aside: who
 * does not know of it has to go by the sign.
 *
 * @param {object} model a model
 * @param {Object<string, string>} known name of a state by id, of all that was found
 * @param {Object<string, string>} free the same of all that could still be asked for nothing
 * @returns {{level: string, advice: string, reasons: Array<object>}} what `urgency` tells; each
 *   reason also has `missed`, whether it was not found, and `aside`, labels of what puts it aside
 */
export function dueOf(model, known, free) {
  const [found, could] = [urgency(model, known), urgency(model, { ...known, ...free })];
  const keyOf = ({ level, text }) => `${level} ${text}`;
  const [had, have] = [found, could].map(({ reasons }) => new Set(reasons.map(keyOf)));
  const so = presentIn(model, free);
  const asideOf = (reason) =>
    model.payload.urgency.rules
      .filter((rule) => keyOf(rule) === keyOf(reason) && !have.has(keyOf(reason)))
      .flatMap(({ none = [] }) => none.filter((name) => so.has(name)).map((name) => labelOf(model, name)));
  const both = new Map([...found.reasons, ...could.reasons].map((reason) => [keyOf(reason), reason]));
  const reasons = [...both.values()].map((one) => ({ ...one, missed: !had.has(keyOf(one)), aside: asideOf(one) }));
  reasons.sort((one, other) => Number(one.level !== "now") - Number(other.level !== "now"));
  const level = reasons.length ? reasons[0].level : "routine";
  return { level, advice: model.payload.urgency.advice[level], reasons };
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
