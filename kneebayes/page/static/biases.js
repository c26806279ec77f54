/** Which bias the numbers of a closed case show, in the sentences of Python's teaching room. */

import { infer } from "./engine.js";
import { bitsOf } from "./hardness.js";
import { percentText } from "./percent.js";
import { WORTH_WORDS, keptInside, logit, saidOf, strayed } from "./reasons.js";

/** Of the opening uncertainty: what a free question must still promise. */
const PROMISING = 0.05;

/** Stated probability from which a learner has settled on a cause. */
const CONVINCED = 0.5;

/** Bits of divergence from which such a belief is far above what was known. */
const FAR_ABOVE = 0.25;

/** Bits below which a question tells next to nothing. */
export const LEAST_TOLD = 0.01;

/** P(it changes the advice or the first cause) below which nothing comes of a question. */
const LEAST_CHANCE = 0.01;

/** Prior below which neglecting it matters. */
const RARE_PRIOR = 0.1;

/** Evidence in natural units that should have been noticed: 5 decibans. */
const MOVED = logit(0.76);

/** Of the movement of the exact posterior, below which a statement is stuck. */
const FOLLOWED = 1 / 3;

/** Decibans in one natural unit. */
const IN_DECIBANS = 4.342944819032518;

/**
 * Every probability that was stated, with the prior and the evidence it should rest on.
 *
 * @param {object} model a model
 * @param {Object<string, string>} opening what was known before the first question
 * @param {Array<[string, string]>} answered what was asked, ids and states in order
 * @param {Array<{after: number, stated: Object<string, number>}>} notes what was stated, and
 *   after how many questions; the last one closed the case
 * @returns {Array<{cause: string, prior: number, evidence: number, stated: number, away: number}>}
 *   natural logarithms of odds, where a stated 0 or 1 counts as a millionth away from it, and how
 *   many bits the statement is away from the exact posterior
 */
export function statementsOf(model, opening, answered, notes) {
  const start = infer(model, opening).posterior;
  return notes.flatMap(({ after, stated }) => {
    const now = infer(model, { ...opening, ...Object.fromEntries(answered.slice(0, after)) }).posterior;
    return Object.entries(stated).map(([cause, value]) => {
      const prior = logit(start[cause].at(-1));
      const exact = now[cause].at(-1);
      const away = strayed(exact, value);
      return { cause, prior, evidence: logit(exact) - prior, stated: logit(keptInside(value)), away };
    });
  });
}

/**
 * Premature closure: the learner settled on a cause far above what was known, whether it is to
 * blame or not, and a free question was still expected to tell much.
 *
 * @param {object} model a model
 * @param {{opening: object, known: object}} answers before the first question, and at the end
 * @param {Object<string, number>} stated P(it explains the complaint) of each cause that was named
 * @param {?{id: string, bits: number}} best the best free question when the case was closed
 * @returns {Array<string>} a sentence, or none
 */
export function closedEarly(model, { opening, known }, stated, best) {
  const { posterior } = infer(model, known);
  const exact = (id) => posterior[id].at(-1);
  const settled = Object.keys(stated)
    .filter((id) => stated[id] >= CONVINCED)
    .find((id) => stated[id] > exact(id) && strayed(exact(id), stated[id]) >= FAR_ABOVE);
  const most = bitsOf(model, opening);
  if (settled === undefined || !best || !(most > 0) || best.bits < PROMISING * most) return [];
  const [cause, question] = [saidOf(model, settled), model.labels[best.id]];
  return [
    `Premature closure: you settled on ${cause} with ${percentText(stated[settled])}, which what was known makes ${percentText(exact(settled))}, while '${question}' was still free to ask and promised ${rounded(best.bits, 2)} bits.`,
  ];
}

/**
 * Whether hardly anything could come of a question, given what was known then.
 *
 * A free one is in vain where it tells next to nothing and no answer is likely to change the
 * advice or the first cause; a paid one, judged by all results that it buys, where either holds.
 *
 * @param {Array<object>} open what `questions` told before it was asked
 * @param {{id: string, method: string, cost: number}} asked the question; `method` is empty for
 *   what is asked or looked at, `cost` what it cost then
 * @param {{level: string, first: string}} now how urgent it was, and the most probable cause
 * @returns {boolean} whether it was
 */
export function isInVain(open, { id, method, cost }, now) {
  if (method !== "" && cost === 0) return false; // paid already
  const rows = open.filter((row) => (cost > 0 ? row.method === method : row.id === id));
  const tellsLittle = rows.every((row) => row.bits < LEAST_TOLD);
  if (tellsLittle === cost > 0) return tellsLittle;
  return rows.every((row) => chanceOfChange(row, now) < LEAST_CHANCE);
}

/** P(an answer makes the advice or the first cause another). */
function chanceOfChange(row, { level, first }) {
  const changing = row.outcomes.filter((one) => one.level !== level || one.top[0].id !== first);
  return changing.reduce((sum, one) => sum + one.probability, 0);
}

/**
 * Anchoring: the evidence moved the exact posterior by five decibans or more, and the learner
 * followed less than a third of the way, and ended away from it; who went as far the other way went
 * against the evidence.
 *
 * @param {object} model a model
 * @param {Array<object>} statements what `statementsOf` gave
 * @returns {Array<string>} a sentence for each cause
 */
export function anchored(model, statements) {
  return causesOf(statements).flatMap((cause) => {
    const own = statements.filter((statement) => statement.cause === cause);
    const [first, last] = [own[0], own.at(-1)];
    const [moved, followed] = [last.evidence - first.evidence, last.stated - first.stated];
    if (own.length < 2 || !(Math.abs(moved) >= MOVED) || last.away < WORTH_WORDS) return [];
    if (!(followed * moved < FOLLOWED * moved ** 2)) return [];
    const name = Math.abs(followed) < FOLLOWED * Math.abs(moved) ? "Anchoring" : "Against the evidence";
    return [
      `${name}: between your first and last word on ${saidOf(model, cause)} the evidence moved it by ${decibansOf(moved)} decibans, your statement by ${decibansOf(followed)}.`,
    ];
  });
}

/**
 * Base-rate neglect: what was stated of a rare cause is closer to what its evidence alone would
 * give from even odds than to the exact posterior.
 *
 * @param {object} model a model
 * @param {Array<object>} statements what `statementsOf` gave
 * @param {{opening: object, known: object}} answers before the first question, and at the end
 * @param {Object<string, number>} stated P(it explains the complaint) of each cause at the end
 * @returns {Array<string>} a sentence for each cause
 */
export function neglected(model, statements, { opening, known }, stated) {
  const [start, end] = [opening, known].map((answers) => infer(model, answers).posterior);
  return causesOf(statements).flatMap((cause) => {
    const { prior, evidence, stated: mine } = statements.findLast((statement) => statement.cause === cause);
    const ignored = Math.abs(mine - evidence) < Math.abs(mine - (prior + evidence));
    if (!(prior < logit(RARE_PRIOR) && evidence > MOVED && ignored)) return [];
    const [before, exact] = [start, end].map((posterior) => percentText(posterior[cause].at(-1)));
    return [
      `Base-rate neglect: ${saidOf(model, cause)} was ${before} before your first question. What you found speaks for it, and still makes only ${exact} of it; you said ${percentText(stated[cause])}.`,
    ];
  });
}

/** The causes in the order in which they were first spoken of. */
function causesOf(statements) {
  return [...new Set(statements.map((statement) => statement.cause))];
}

/** With its sign. */
function decibansOf(logarithm) {
  const decibans = IN_DECIBANS * logarithm;
  const size = rounded(Math.abs(decibans), 0);
  return `${decibans < 0 && size !== "0" ? "-" : "+"}${size}`;
}

/** So many digits, as Python writes them: halfway between two numbers the even one. */
function rounded(number, digits) {
  const scaled = number * 10 ** digits;
  const isHalf = scaled % 1 === 0.5 && Number.isInteger(number * 2 ** (digits + 1));
  return (isHalf ? (2 * Math.round(scaled / 2)) / 10 ** digits : number).toFixed(digits);
}
