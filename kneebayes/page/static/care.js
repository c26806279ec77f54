/** What may be done about the likely causes, as the source gives it; never advice of our own. */

import { presentIn, urgency } from "./urgency.js";

/**
 * Care of the complaint, then of each group and cause that probably explains it, as in Python.
 *
 * What may be done at home in the meantime is left out where the signs call for help now, and any
 * sentence where something that it is not for is present.
 *
 * @param {object} model a model
 * @param {Object<string, string>} answers name of a state by id; what is perhaps there as present
 * @param {Object<string, number>} groups P(one of the group explains the complaint) by id
 * @param {Array<{id: string, posterior: number}>} causes the causes, the most probable first
 * @returns {Array<object>} for each sentence `about` (label of the cause or group; empty where
 *   it is about the complaint), `probability`, `text` and `because` (claims)
 */
export function careOf(model, answers, groups, causes) {
  const present = presentIn(model, answers);
  const { always, likely, ...told } = model.payload.care;
  const lines = (about, probability, sentences = []) =>
    sentences
      .filter(([, , notFor = []]) => !notFor.some((name) => present.has(name)))
      .map(([text, because]) => ({ about, probability, text, because }));
  const ofGroups = model.payload.groups
    .map(({ id, label }) => ({ label, share: groups[id], sentences: told.groups[id] }))
    .sort((one, other) => other.share - one.share);
  return [
    ...lines("", 1, urgency(model, answers).level === "now" ? [] : always),
    ...ofGroups
      .filter((group) => group.share >= likely)
      .flatMap((group) => lines(group.label, group.share, group.sentences)),
    ...causes
      .filter((cause) => cause.posterior >= likely)
      .flatMap((cause) => lines(model.labels[cause.id], cause.posterior, told.causes[cause.id])),
  ];
}
