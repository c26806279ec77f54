/** Why the exact posterior differs from what was stated; the same as Python's teaching room. */

import { infer } from "./engine.js";
import { bitsOf } from "./hardness.js";
import { divergence } from "./questions.js";

/** Differences that get a sentence. */
const EXPLAINED = 2;

/** Bits of divergence below which a statement is good enough. */
const WORTH_WORDS = 0.05;

/** A stated 0 or 1 counts as a millionth away from it. */
const SUREST = 1e-6;

/** Of the opening uncertainty: what a free question must still promise. */
const PROMISING = 0.05;

/** Stated probability from which a learner has settled on a cause. */
const CONVINCED = 0.5;

/** Prior below which neglecting it matters. */
const RARE_PRIOR = 0.1;

/** Evidence in natural units that should have been noticed: 5 decibans. */
const MOVED = logit(0.76);

/**
 * The largest differences between stated and exact, each with the answer that should have
 * moved it most.
 *
 * @param {object} model a model
 * @param {Object<string, string>} opening what was known before the first question
 * @param {Array<[string, string]>} answered what was asked, ids and states in order
 * @param {Object<string, number>} stated P(present) of each cause that the learner named
 * @returns {Array<object>} `cause`, `stated`, `exact`, `before`, and `id`, `state`, `alone` of
 *   the answer and what it makes of the cause by itself; `id` is empty where none helps
 */
export function reasonsOf(model, opening, answered, stated) {
  const causes = Object.keys(stated);
  const before = infer(model, opening).posterior;
  const exact = infer(model, { ...opening, ...Object.fromEntries(answered) }).posterior;
  const away = (id) => divergence(exact[id].at(-1), Math.min(Math.max(stated[id], SUREST), 1 - SUREST));
  const worst = causes
    .map((id) => ({ id, bits: exact[id].at(-1) === stated[id] ? 0 : away(id) }))
    .filter((one) => one.bits >= WORTH_WORDS)
    .sort((one, other) => other.bits - one.bits)
    .slice(0, EXPLAINED);
  if (worst.length === 0) return [];
  const alone = answered.map(([id, state]) => infer(model, { ...opening, [id]: state }).posterior);
  return worst.map(({ id }) => {
    const [start, end] = [before[id].at(-1), exact[id].at(-1)];
    const down = end < stated[id];
    const moved = answered
      .map(([asked, state], at) => ({ id: asked, state, alone: alone[at][id].at(-1) }))
      .filter((one) => one.alone !== start && one.alone < start === down)
      .sort((one, other) => (down ? one.alone - other.alone : other.alone - one.alone));
    return { cause: id, stated: stated[id], exact: end, before: start, id: "", ...(moved[0] ?? {}) };
  });
}

/**
 * The cause on which a learner settled too early: it is not to blame, and a free question was
 * still expected to tell much.
 *
 * @param {object} model a model
 * @param {Object<string, string>} opening what was known before the first question
 * @param {Object<string, number>} stated P(it explains the complaint) of each cause that was named
 * @param {Array<string>} explains ids of the causes that do
 * @param {number} bits what the best free question promised when the case was closed
 * @returns {string} id of the cause; empty where there is none
 */
export function closedEarly(model, opening, stated, explains, bits) {
  const settled = Object.keys(stated).find((id) => stated[id] >= CONVINCED && !explains.includes(id));
  const most = bitsOf(model, opening);
  return settled !== undefined && most > 0 && bits >= PROMISING * most ? settled : "";
}

/**
 * Rare causes of which more was stated than their evidence makes of them: what was stated is
 * closer to what the evidence would make of even odds than to the exact posterior.
 *
 * @param {object} model a model
 * @param {Object<string, string>} opening what was known before the first question
 * @param {Object<string, string>} known what was known when it was stated
 * @param {Object<string, number>} stated P(it explains the complaint) of each cause that was named
 * @returns {Array<{id: string, before: number, exact: number}>} each with the exact probabilities
 */
export function neglected(model, opening, known, stated) {
  const [start, end] = [infer(model, opening).posterior, infer(model, known).posterior];
  return Object.keys(stated).flatMap((id) => {
    const [before, exact] = [start[id].at(-1), end[id].at(-1)];
    const [prior, after, mine] = [logit(before), logit(exact), logit(stated[id])];
    const evidence = after - prior;
    const ignored = Number.isFinite(mine) && Math.abs(mine - evidence) < Math.abs(mine - after);
    return prior < logit(RARE_PRIOR) && evidence > MOVED && ignored ? [{ id, before, exact }] : [];
  });
}

/** Natural logarithm of the odds. */
function logit(probability) {
  return Math.log(probability) - Math.log1p(-probability);
}
