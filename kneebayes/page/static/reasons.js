/** Why the exact posterior differs from what was stated, as Python's teaching room says it. */

import { infer } from "./engine.js";
import { divergence } from "./questions.js";

/** Differences that get a sentence. */
const EXPLAINED = 2;

/** Bits of divergence below which a statement is good enough. */
const WORTH_WORDS = 0.05;

/** A stated 0 or 1 counts as a millionth away from it. */
const SUREST = 1e-6;

/** Bits of divergence of a stated probability from the exact one. */
export function strayed(exact, stated) {
  return exact === stated ? 0 : divergence(exact, Math.min(Math.max(stated, SUREST), 1 - SUREST));
}

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
  const worst = causes
    .map((id) => ({ id, bits: strayed(exact[id].at(-1), stated[id]) }))
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
