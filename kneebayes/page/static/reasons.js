/** Why the exact posterior differs from what was stated, as Python's teaching room says it. */

import { infer } from "./engine.js";
import { stateLabel } from "./model.js";
import { percentText } from "./percent.js";
import { divergence } from "./questions.js";

/** Differences that get a sentence. */
const EXPLAINED = 2;

/** Bits of divergence below which a statement is good enough. */
export const WORTH_WORDS = 0.05;

/** A stated 0 or 1 counts as a millionth away from it. */
const SUREST = 1e-6;

/** Bits of divergence of a stated probability from the exact one. */
export function strayed(exact, stated) {
  return exact === stated ? 0 : divergence(exact, keptInside(stated));
}

/** A label within a sentence, where it would read as plain words without quotes. */
export function saidOf(model, id) {
  return id === model.payload.rest ? `'${model.labels[id]}'` : model.labels[id];
}

/** A stated probability, at least a millionth away from 0 and 1. */
export function keptInside(stated) {
  return Math.min(Math.max(stated, SUREST), 1 - SUREST);
}

/**
 * Why the exact posterior differs from what was stated, for the largest differences: what was
 * found, or else the background.
 *
 * @param {object} model a model
 * @param {Object<string, string>} opening what was known before the first question
 * @param {Array<[string, string]>} answered what was asked, ids and states in order
 * @param {Object<string, number>} stated P(it explains the complaint) of each cause that was named
 * @returns {Array<{cause: string, text: string}>} a sentence or two for each
 */
export function reasonsOf(model, opening, answered, stated) {
  const { posterior: exact, present } = infer(model, { ...opening, ...Object.fromEntries(answered) });
  return Object.keys(stated)
    .map((id) => ({ id, bits: strayed(exact[id].at(-1), stated[id]) }))
    .filter((one) => one.bits >= WORTH_WORDS)
    .sort((one, other) => other.bits - one.bits)
    .slice(0, EXPLAINED)
    .map(({ id }) => {
      const after = exact[id].at(-1);
      const text = reasonOf(model, opening, answered, id, stated[id], after);
      return { cause: id, text: `${text}${thereText(model, stated[id], present[id], after)}` };
    });
}

/** What is to be said where the learner may have taken what is there for what explains. */
function thereText(model, stated, there, exact) {
  const [mine, other, right] = [stated, there, exact].map((p) => logit(keptInside(p)));
  if (!(right < mine && Math.abs(mine - other) < other - right)) return "";
  return ` That it is there has ${percentText(there)}, but what is there need not be what explains the ${model.labels[model.complaint]}.`;
}

function reasonOf(model, opening, answered, cause, stated, after) {
  const before = infer(model, opening).posterior[cause].at(-1);
  let sentence = `${saidOf(model, cause)}: you said ${percentText(stated)}, what was known makes it ${percentText(after)}.`;
  if (answered.length > 0) sentence += ` Before your first question it was ${percentText(before)}`;
  if (hasMoved(before, after)) {
    const up = after > before;
    if (after > stated !== up) {
      return `${sentence}; what you found speaks ${up ? "for it, but takes it no higher" : "against it, but takes it no lower"} than that.`;
    }
    const strongest = strongestOf(model, opening, answered, cause, up);
    return `${sentence}; ${strongest || "only together does what you found take it there"}.`;
  }
  if (answered.length > 0) sentence += ", and what you found leaves it about there.";
  const { [model.complaint]: complaint, ...told } = opening;
  const alone = { [model.complaint]: complaint };
  const prior = infer(model, alone).posterior[cause].at(-1);
  const up = before > prior;
  if (!hasMoved(prior, before) || after > stated !== up) return sentence;
  const strongest = strongestOf(model, alone, Object.entries(told), cause, up);
  return strongest ? `${sentence} With the complaint alone it is ${percentText(prior)}; ${strongest}.` : sentence;
}

/** Whether a probability has moved by more than a deciban. */
function hasMoved(before, after) {
  return before !== after && Math.abs(logit(after) - logit(before)) > Math.LN10 / 10;
}

/** Natural logarithm of the odds. */
export function logit(probability) {
  return Math.log(probability) - Math.log1p(-probability);
}

/** The answer that moves a cause most in a direction, alone beside what is known; or nothing. */
function strongestOf(model, known, answered, cause, up) {
  const before = infer(model, known).posterior[cause].at(-1);
  const found = answered.map(([id, state]) => [id, state, infer(model, { ...known, [id]: state }).posterior[cause].at(-1)]);
  found.sort((one, other) => (up ? other[2] - one[2] : one[2] - other[2]));
  if (found.length === 0 || found[0][2] > before !== up || !hasMoved(before, found[0][2])) return "";
  const [id, state, alone] = found[0];
  return `\u201c${model.labels[id]}: ${stateLabel(model, id, state)}\u201d alone takes it to ${percentText(alone)}`;
}

/**
 * What was stated of the named causes; what that leaves of 1 is shared by the others.
 *
 * They share it as their priors do; where nothing is left they have nothing.
 *
 * @param {Object<string, number>} priors of every cause
 * @param {Object<string, number>} named what was stated
 * @returns {Object<string, number>} a probability of every cause
 */
export function filled(priors, named) {
  const sum = (shares) => shares.reduce((total, share) => total + share, 0);
  const left = Math.max(0, 1 - sum(Object.values(named)));
  const others = sum(Object.keys(priors).filter((id) => !(id in named)).map((id) => priors[id]));
  const part = others > 0 ? left / others : 0;
  return Object.fromEntries(Object.keys(priors).map((id) => [id, named[id] ?? priors[id] * part]));
}

/**
 * The most probable cause, where it was not named and what is left is too little for it.
 *
 * @param {object} model a model
 * @param {Object<string, string>} known what was known at the end
 * @param {Object<string, number>} stated P(it explains the complaint) of each cause that was named
 * @returns {?{cause: string, text: string}} a sentence, or nothing
 */
export function unnamedOf(model, known, stated) {
  const { posterior } = infer(model, known);
  const exactOf = (id) => posterior[id].at(-1);
  const first = model.causes.reduce((best, one) => (exactOf(one) > exactOf(best) ? one : best));
  const priors = Object.fromEntries(model.payload.causes.map(({ id, prior }) => [id, prior]));
  const [exact, share] = [exactOf(first), filled(priors, stated)[first]];
  if (first in stated || share >= exact || strayed(exact, share) < WORTH_WORDS) return null;
  const left = 1 - Object.values(stated).reduce((total, one) => total + one, 0);
  const counts = share > 0 ? `${percentText(share)} of the ${percentText(left)} that you left` : "nothing";
  const text = `Not named: ${saidOf(model, first)}. What was known makes it the most probable cause, with ${percentText(exact)}; what you stated gives it ${counts}.`;
  return { cause: first, text };
}
