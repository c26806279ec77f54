/** One patient, one voice: who comes, and how each answer sounds, as in Python. */

import { chanceFrom } from "./patient.js";

const PLAIN = { present: "Yes.", absent: "No." };
const TOLD_BY_PATIENTS = ["history", "symptom", "complaint"];

/**
 * What the patient says when asked for a node; empty where an examiner finds it out.
 *
 * @param {object} model a model
 * @param {object} patient what `drawPatient` told
 * @param {string} id the node
 * @returns {string} a sentence
 */
export function sentenceAbout(model, patient, id) {
  const { voices = {}, contexts, findings } = model.payload;
  const said = voices[id]?.says[patient.states[id]];
  if (said) return withYears(said, model, patient, id);
  const kind = findings.find((one) => one.id === id)?.kind;
  const asked = contexts.some((one) => one.id === id) || TOLD_BY_PATIENTS.includes(kind);
  return asked ? PLAIN[patient.states[id]] || "" : "";
}

/** Who comes, and with which words, as Python says it; of the background what is told. */
export function introduction(model, patient, told) {
  const { voices = {}, labels, complaint } = model.payload;
  const called = Object.keys(voices)
    .filter((id) => told.includes(id) && voices[id].called[patient.states[id]])
    .map((id) => withYears(voices[id].called[patient.states[id]], model, patient, id));
  const said = sentenceAbout(model, patient, complaint);
  const words = Object.values(PLAIN).includes(said) ? `${labels[complaint]}.` : `\u201c${said}\u201d`;
  return `${[`Patient ${patient.seed}`, ...called].join(", ")}: ${words}`;
}

function withYears(said, model, patient, id) {
  if (!said.includes("{years}")) return said;
  const { bounds } = model.payload.voices[id];
  const at = model.nodes[model.index.get(id)].states.indexOf(patient.states[id]);
  const share = chanceFrom(Math.imul(patient.seed, 0xc2b2ae35))();
  return said.replaceAll("{years}", String(bounds[at] + Math.floor(share * (bounds[at + 1] - bounds[at]))));
}
