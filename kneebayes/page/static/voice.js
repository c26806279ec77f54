/** One patient, one voice: who comes, and how each answer sounds, as in Python. */

import { chanceFrom } from "./patient.js";

const PLAIN = { present: "Yes.", absent: "No." };
const PARTS = { beginning: 1, worry: 3 };
const [OF_ORDER, OF_WORDS] = [0x27d4eb2f, 0x165667b1];
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
  const said = sentenceOf(voices[id], patient.states[id]);
  if (said) return withYears(said, model, patient, id);
  const kind = findings.find((one) => one.id === id)?.kind;
  const asked = contexts.some((one) => one.id === id) || TOLD_BY_PATIENTS.includes(kind);
  return asked ? PLAIN[patient.states[id]] || "" : "";
}

/**
 * What a patient tells unasked, as in Python: his number alone says what comes to his mind; he
 * ends with the first thing that is so, or after a few.
 */
export function toldAtFirst(model, patient) {
  const { voices = {}, contexts, findings } = model.payload;
  const known = new Set([...contexts, ...findings].map((one) => one.id));
  const chance = chanceFrom(Math.imul(patient.seed, OF_ORDER));
  return Object.entries(PARTS).flatMap(([part, most]) => {
    const ids = Object.keys(voices).filter((id) => voices[id].part === part && known.has(id));
    const mind = Array.from({ length: most }, chance).flatMap((share) => ids.splice(Math.floor(share * ids.length), 1));
    const ends = mind.findIndex((id) => patient.states[id] !== "absent");
    return ends < 0 ? mind : mind.slice(0, ends + 1);
  });
}

/** Who comes, and with which words, as Python says it; of the background what is told. */
export function introduction(model, patient, told) {
  const { voices = {}, labels, complaint } = model.payload;
  const called = Object.keys(voices)
    .filter((id) => told.includes(id) && voices[id].called?.[patient.states[id]])
    .map((id) => withYears(voices[id].called[patient.states[id]], model, patient, id));
  const said = opening(model, patient, told).join(" ");
  const words = said === "" ? `${labels[complaint]}.` : `\u201c${said}\u201d`;
  return `${[`Patient ${patient.seed}`, ...called].join(", ")}: ${words}`;
}

/** Sentences of the complaint, of what is told at first, and of contexts that open too. */
function opening(model, patient, told) {
  const { voices = {}, complaint, contexts } = model.payload;
  const others = Object.keys(voices).filter(
    (id) => voices[id].opens && !voices[id].part && contexts.some((one) => one.id === id),
  );
  const ids = [complaint, ...toldAtFirst(model, patient), ...others];
  const chance = chanceFrom(Math.imul(patient.seed, OF_WORDS));
  return ids.flatMap((id) => {
    const share = chance();
    if (id !== complaint && !told.includes(id)) return [];
    const state = patient.states[id];
    const ways = voices[id]?.opens?.[state] ?? [];
    if (ways.length > 0) return [withYears(ways[Math.floor(share * ways.length)], model, patient, id)];
    return id === complaint && sentenceOf(voices[id], state) ? [sentenceAbout(model, patient, id)] : [];
  });
}

/** Sentences of yes and no stand in a list; others by state. */
function sentenceOf(voice, state) {
  const { says = {} } = voice ?? {};
  return Array.isArray(says) ? says[["present", "absent"].indexOf(state)] : says[state];
}

function withYears(said, model, patient, id) {
  if (!said.includes("{years}")) return said;
  const { bounds } = model.payload.voices[id];
  const at = model.nodes[model.index.get(id)].states.indexOf(patient.states[id]);
  const share = chanceFrom(Math.imul(patient.seed, 0xc2b2ae35))();
  return said.replaceAll("{years}", String(bounds[at] + Math.floor(share * (bounds[at + 1] - bounds[at]))));
}
