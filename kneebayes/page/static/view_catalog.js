// What a payload names, made ready to be listed and searched.
import { understandingOf } from "./hearing.js";
import { folded } from "./view_dom.js";
import { statesOf, thereOf } from "./model.js";
import { PERHAPS, PRIOR, WEIGHT } from "./weights.js";

const CAN_BE_TOLD = ["finding", "test", "context", "cause", "mediator"];
const YES_AND_NO = { present: "yes", absent: "no" };

/** Names, states and sections of a payload. */
export function catalogOf(payload) {
  const nodes = new Map(payload.nodes.map((node) => [node.id, node]));
  const causes = new Map(payload.causes.map((cause) => [cause.id, cause]));
  const findings = new Map(payload.findings.map((finding) => [finding.id, { kind: "test", ...finding }]));
  const words = (id) => payload.stateLabels[id] ?? {};
  const label = (id) => payload.labels[id] ?? payload.methods[id]?.label ?? id;
  const there = thereOf(payload);
  const causeThere = new Map([...there].map(([cause, node]) => [node, cause]));
  return {
    payload,
    causes,
    findings,
    label,
    complaint: label(payload.complaint),
    /** Whether "perhaps" says what is meant: to a yes or no, not to one of two names. */
    canBePerhaps: (id) => words(id).present === undefined && nodes.has(id) && isYesOrNo(nodes.get(id)),
    /** Under which id an answer about a node stands: that a cause is there under the cause. */
    toldAs: (id) => causeThere.get(id) ?? id,
    /** What an answer is called: naming a cause says that it is there, silent or not. */
    toldLabel: (id) => label(there.get(id) ?? id),
    canBeTold: (id) => CAN_BE_TOLD.includes(nodes.get(id)?.kind),
    sections: sectionsOf(payload),
    stateLabel: (id, state) => words(id)[state] ?? YES_AND_NO[state] ?? state,
    costOf: (id) => payload.methods[findings.get(id)?.method]?.cost ?? 0,
    states: (id) => shownFirst(nodes.has(id) ? statesOf(nodes.get(id)) : []),
    groupLabel: (id) => payload.groups.find((group) => group.id === id)?.label ?? id,
    groupOf: (id) => payload.groups.find((group) => group.id === id),
    /** What a question asks for: ids of nodes and of methods. */
    understood: understandingOf(askedNames(payload), label(payload.complaint)),
    /** Ids of the results of a method; what is none stands for itself. */
    resultsOf: (id) => (nodes.has(id) ? [id] : resultsOf(payload, id)),
    searchText: (id) => folded(namesOf(payload, id, words(id)).join(" ")),
  };
}

function resultsOf(payload, method) {
  return payload.findings.filter((one) => one.method === method).map(({ id }) => id);
}

/** Under which names and questions things can be asked for, as in Python. */
function askedNames(payload) {
  const states = new Map(payload.contexts.map((one) => [one.id, one.states]));
  const nodes = [...payload.contexts, ...payload.findings].map((one) => one.id).filter((id) => id !== payload.complaint);
  const methods = Object.keys(payload.methods).filter((id) => resultsOf(payload, id).length > 0);
  const some = (id) => [
    payload.labels[id],
    ...(payload.aliases[id] ?? []),
    ...(payload.absentNames[id] ?? []),
    ...(payload.questions[id] ? [payload.questions[id]] : []),
    ...(states.get(id) ?? []).flatMap((state) => [state.label, ...state.aliases]),
  ];
  const ofMethod = (id) => [payload.methods[id].label, ...payload.methods[id].aliases];
  return Object.fromEntries([...methods.map((id) => [id, ofMethod(id)]), ...nodes.map((id) => [id, some(id)])]);
}

/** The sections with what can be told in each: contexts, findings of a kind, results of a method. */
function sectionsOf(payload) {
  const sectionOf = ({ kind = "test", method }) => (method ? `test_${method}` : kind === "complaint" ? "symptom" : kind);
  return payload.sections
    .map((section) => {
      const found = payload.findings.filter((one) => sectionOf(one) === section.id);
      const nodes = section.id === "context" ? payload.contexts : found;
      return { ...section, nodes: nodes.map(({ id }) => id).filter((id) => id !== payload.complaint) };
    })
    .filter((section) => section.nodes.length > 0);
}

function isYesOrNo(node) {
  const [no, yes, ...others] = statesOf(node);
  return no === "absent" && yes === "present" && others.length === 0;
}

/** Yes before no; other states in their order. */
function shownFirst(states) {
  return states.length === 2 ? [...states].reverse() : [...states];
}

function namesOf(payload, id, words) {
  const context = payload.contexts.find((one) => one.id === id);
  const ofStates = (context?.states ?? []).flatMap((state) => state.aliases ?? []);
  return [
    id,
    payload.labels[id] ?? "",
    payload.questions[id] ?? "",
    ...(payload.aliases[id] ?? []),
    ...(payload.absentNames[id] ?? []),
    ...Object.values(words),
    ...ofStates,
  ];
}

/** An answer in words: the label, and what was said of it. */
export function answerText(catalog, id, state) {
  if (id.startsWith(PRIOR)) return "your prior instead of the model\u2019s";
  if (id.startsWith(WEIGHT)) return `${catalog.toldLabel(id.slice(WEIGHT.length))}: perhaps`;
  return `${catalog.toldLabel(id)}: ${catalog.stateLabel(id, state)}`;
}

/**
 * Answers as they were pasted, by id or by any label, read into states by id.
 * @throws {Error} if a name or a state is not known; says which.
 */
export function readAnswers(catalog, text) {
  const example = JSON.stringify(catalog.payload.examples.answers);
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    throw new Error(`This is not JSON. Answers look like ${example}.`);
  }
  if (said === null || typeof said !== "object" || Array.isArray(said)) {
    throw new Error(`Answers must be an object such as ${example}.`);
  }
  const answers = {};
  for (const [name, value] of Object.entries(said)) {
    const id = idNamed(catalog, name);
    const state = stateNamed(catalog, id, name, value);
    if (state !== null && id !== catalog.payload.complaint) answers[id] = state;
  }
  return answers;
}

function idNamed(catalog, name) {
  if (catalog.canBeTold(name)) return catalog.toldAs(name);
  const { labels, aliases } = catalog.payload;
  const wanted = folded(name);
  const found = Object.keys(labels).filter(catalog.canBeTold).find((id) =>
    [labels[id], ...(aliases[id] ?? [])].some((one) => folded(one) === wanted),
  );
  if (found === undefined) throw new Error(`Nothing is called '${name}'.`);
  return catalog.toldAs(found);
}

function stateNamed(catalog, id, name, value) {
  if (value === null || value === "" || value === "unknown") return null;
  const states = catalog.states(id);
  if (catalog.canBePerhaps(id) && (value === PERHAPS || value === "perhaps")) return "perhaps";
  const wanted = { true: "present", false: "absent", yes: "present", no: "absent" }[value] ?? value;
  const found = states.find(
    (state) => state === wanted || folded(catalog.stateLabel(id, state)) === folded(String(wanted)),
  );
  if (found !== undefined) return found;
  const allowed = states.map((state) => `"${state}"`).join(", ");
  throw new Error(`'${name}' can be ${allowed} or "unknown", not ${JSON.stringify(value)}.`);
}
