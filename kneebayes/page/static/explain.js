/** Why a cause is as probable as it is: what each answer weighs, in the order told. */

import { observe, placeOf } from "./model.js";
import { propagate, queryOf } from "./engine.js";

/** Decibans in one natural unit of log-odds. */
export const DECIBANS_PER_NAT = 10 / Math.LN10;

/**
 * The ledger of a cause: from the complaint alone to all that is known, answer by answer.
 *
 * The complaint comes before all answers, and is present unless they say otherwise. What the
 * answers weigh adds up to the change in log-odds, as the steps of a stair do.
 *
 * @param {object} model a model
 * @param {Array<[string, ?string]>} told ids and states in the order told; null is unknown
 * @param {string} cause id of a cause
 * @returns {object} `priorLogOdds`, `prior`, `posterior`, and `rows` with `id`, `state`, what it
 *   weighs in `decibans`, `logOddsAfter` and `after` (the probability). Log-odds are natural
 *   logarithms, infinite where the answers decide. `possible` is false, and what follows the
 *   first answer that cannot be true is left out, where the answers contradict each other. A
 *   step that needs too large a table gives `tooWide` and its `width`.
 */
export function ledger(model, told, cause) {
  const known = { [model.complaint]: "present" };
  const rows = [];
  const parts = told.filter(([, state]) => state !== null && state !== undefined);
  for (const [id, state] of told) {
    if (id === model.complaint) {
      known[id] = state;
    }
  }
  let stand = standOf(model, known, cause);
  const start = stand;
  for (const [id, state] of parts) {
    if (id !== model.complaint && stand.possible) {
      known[id] = state;
      const after = standOf(model, known, cause);
      if (after.possible) {
        const decibans = DECIBANS_PER_NAT * changeBetween(after.logOdds, stand.logOdds);
        rows.push({ id, state, decibans, logOddsAfter: after.logOdds, after: after.probability });
      }
      stand = after;
    }
    if (stand.tooWide) {
      return { tooWide: true, width: stand.width, rows };
    }
  }
  return {
    possible: stand.possible,
    priorLogOdds: start.logOdds,
    prior: start.probability,
    rows,
    posterior: stand.probability,
  };
}

/** How a cause stands, given some answers. */
function standOf(model, answers, cause) {
  const target = placeOf(model, cause);
  const query = queryOf(model, observe(model, answers), [target]);
  if (query.tooWide) {
    return { tooWide: true, width: query.width, possible: false, logOdds: 0, probability: 0 };
  }
  const told = propagate(model, query, [], [target]);
  const [absent, present] = told.marginals[0];
  const possible = told.logProbability > -Infinity;
  return { possible, logOdds: possible ? Math.log(present / absent) : 0, probability: present };
}

/** After minus before; nothing where both are the same infinity, for it was decided already. */
function changeBetween(after, before) {
  return after === before ? 0 : after - before;
}
