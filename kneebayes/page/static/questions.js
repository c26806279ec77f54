/** What to ask next: every open question with what its answers would tell. */

import { observe, placeOf, stateLabel } from "./model.js";
import { propagate, queryOf } from "./engine.js";
import { weightsOf } from "./negative.js";
import { urgency } from "./urgency.js";

/** A rarer answer is asked for itself: as a rest it would lose more than four digits. */
const RARE = 1e-4;

/** How many causes are named after each answer. */
const TOLD_CAUSES = 5;

/**
 * Every open context, finding and test, the most informative first.
 *
 * `bits` is the expected information gain: the mutual information of the answer and the
 * subject, or with no subject the sum of this over all causes, which is a score.
 *
 * @param {object} model a model
 * @param {Object<string, ?string>} answers name of a state by id
 * @param {{about: ?string}} [options] a cause or a group by id, `"urgent"` for at least one
 *   urgent cause, or nothing for the whole differential
 * @returns {Array<object>} one for each question of which several answers can occur: `id`,
 *   `label`, `text`, `kind`, `bits`, `cost`, `burden`, `method`, `speaksOf` (the cause of which
 *   it tells most), `advice` (P(the answer changes how urgent it is)), `states` (P(state |
 *   answers) by state) and `outcomes` (`state`, `label`, `probability`, `posterior` by cause,
 *   `top` causes, `subject`, `level` of urgency). Empty with `certain` set where the answers
 *   are impossible or decide the subject, and with `tooWide` set where they need too large
 *   a table.
 */
export function questions(model, answers, options = {}) {
  const { open, askOf, ...ended } = questionsReady(model, answers, options);
  const found = open.flatMap(askOf);
  return Object.assign(found.sort((one, other) => other.bits - one.bits), ended);
}

/**
 * The same made ready, to be compared little by little.
 *
 * @returns {{open: Array<number>, askOf: function(number): Array<object>}} places of the open
 *   questions, and what compares one of them: a list of one, or of none; `tooWide` or `certain`
 *   with nothing open, as `questions` has them
 */
export function questionsReady(model, answers, options = {}) {
  const subject = subjectOf(model, options.about);
  const hard = observe(model, answers);
  const causes = model.causes.map((id) => placeOf(model, id));
  const members = subject.map((id) => placeOf(model, id));
  const query = queryOf(model, hard, [...causes, ...members]);
  const nothing = { open: [], askOf: () => [] };
  if (query.tooWide) {
    return { ...nothing, tooWide: true, width: query.width };
  }
  const asked = { model, subject, members, causes };
  const given = sharesOf(asked, query, [], null);
  const now = { ...beliefOf(asked, given), ...given };
  if (given.logProbability === -Infinity || now.subject === 0 || now.subject === 1) {
    return { ...nothing, certain: true };
  }
  const { level } = urgency(model, answers);
  const base = { ...asked, answers, hard, query, now, level, signs: signsIn(model) };
  return { open: openQuestions(model, hard), askOf: (at) => questionAt(base, at) };
}

/** Ids that an urgency rule names: other answers leave the urgency as it is. */
function signsIn(model) {
  const names = model.payload.urgency.rules.flatMap(({ all = [], any = [], none = [] }) => [...all, ...any, ...none]);
  return new Set(names.map((name) => name.split(".")[0]));
}

/** The members of what is asked about; none for the whole differential. */
function subjectOf(model, about) {
  if (about === null || about === undefined) {
    return [];
  }
  if (about === "urgent") {
    return model.urgent;
  }
  const group = model.payload.groups.find((one) => one.id === about);
  if (!group && !model.causes.includes(about)) {
    throw new Error(`There is no cause or group '${about}'.`);
  }
  return group ? group.members : [about];
}

/** Places of the contexts, findings and tests about which nothing was said. */
function openQuestions(model, hard) {
  const asked = [...model.payload.findings, ...model.payload.contexts].map((one) => one.id);
  return asked.map((id) => placeOf(model, id)).filter((at) => hard[at] < 0);
}

/**
 * P(evidence), P(no member of the subject, evidence) and P(cause, evidence), as shares of
 * exp(logGiven), or of P(evidence) itself where that is null.
 */
function sharesOf({ model, subject, members, causes }, query, weights, logGiven) {
  const { logProbability, marginals } = propagate(model, query, weights, causes);
  const share = logGiven === null ? 1 : Math.exp(logProbability - logGiven);
  let none = 0;
  if (members.length && !isAlone(model, subject) && members.every((at) => query.hard[at] !== 1)) {
    const absent = members.filter((at) => query.hard[at] < 0).map((at) => [at, [1, 0]]);
    const without = propagate(model, query, [...weights, ...absent], null).logProbability;
    none = Math.exp(without - (logGiven ?? logProbability));
  }
  return { logProbability, share, none, present: marginals.map((marginal) => marginal[1] * share) };
}

/** The same with one answer more; null where that needs too large a table. */
function sharesWith(base, at, state) {
  const { model, hard, query, now, causes, members } = base;
  const sums = weightsOf(model, query, at, state);
  if (sums === null) {
    const more = hard.slice();
    more[at] = state;
    const own = queryOf(model, more, [...causes, ...members]);
    return own.tooWide ? null : sharesOf(base, own, [], now.logProbability);
  }
  const total = { share: 0, none: 0, present: causes.map(() => 0) };
  for (const { weight, states } of sums) {
    const part = states.size ? sharesOf(base, query, [...states], now.logProbability) : now;
    total.share += weight * part.share;
    total.none += weight * part.none;
    part.present.forEach((value, cause) => {
      total.present[cause] += weight * value;
    });
  }
  return total;
}

/** Whether a subject is one cause, whose posterior says all of it. */
function isAlone(model, subject) {
  return subject.length === 1 && model.causes.includes(subject[0]);
}

/** Shares become probabilities, given the answer. */
function beliefOf({ model, subject }, { share, none, present }) {
  const within = (value) => (share > 0 ? Math.min(1, Math.max(0, value / share)) : 0);
  const posterior = present.map(within);
  const some = isAlone(model, subject) ? posterior[model.causes.indexOf(subject[0])] : 1 - within(none);
  return {
    probability: Math.min(1, Math.max(0, share)),
    posterior,
    subject: subject.length ? some : null,
  };
}

/**
 * What would be believed after each answer. A positive answer makes a question wider, and a
 * negative one does not: so that is asked for, and the other is the rest, unless it is rare.
 */
function outcomesOf(base, at) {
  const { model, now } = base;
  const states = model.nodes[at].states;
  const asked = (states.length === 2 ? [0] : [...states.keys()]).map((state) => sharesWith(base, at, state));
  if (asked.includes(null)) {
    return [];
  }
  if (states.length === 2) {
    const [absent] = asked;
    const rest = {
      share: 1 - absent.share,
      none: now.none - absent.none,
      present: now.present.map((value, cause) => value - absent.present[cause]),
    };
    asked.push((rest.share < RARE && sharesWith(base, at, 1)) || rest);
  }
  return asked.map((one, state) => ({ state, ...beliefOf(base, one) }));
}

/** One question, or nothing where only one answer can occur. */
function questionAt(base, at) {
  const { model, now } = base;
  const outcomes = outcomesOf(base, at).filter((one) => one.probability > 0);
  if (outcomes.length < 2) {
    return [];
  }
  const { id, states } = model.nodes[at];
  const gains = model.causes.map((_, cause) => gainOf(now, outcomes, (one) => one.posterior[cause]));
  const total = gains.reduce((sum, one) => sum + one, 0);
  const told = outcomes.map((one) => outcomeTold(base, model.nodes[at], one));
  const change = told.reduce((sum, one) => sum + (one.level === base.level ? 0 : one.probability), 0);
  const chances = new Map(told.map((one) => [one.state, one.probability]));
  return [
    {
      id,
      label: model.labels[id],
      text: model.payload.questions[id] || `${model.labels[id]}?`,
      ...priceOf(model, id),
      bits: base.subject.length ? gainOf(now, outcomes, (one) => one.subject) : total,
      speaksOf: model.causes[gains.indexOf(Math.max(...gains))],
      advice: Math.min(1, change),
      states: Object.fromEntries(states.map((state) => [state, chances.get(state) || 0])),
      outcomes: told,
    },
  ];
}

/** What kind of question it is, and what it takes; asking and looking are taken to be free. */
function priceOf(model, id) {
  const record = model.payload.findings.find((one) => one.id === id);
  if (!record) {
    return { kind: "context", method: "", cost: 0, burden: 0 };
  }
  const { method, kind = "test" } = record;
  const { cost, burden } = model.payload.methods[method] ?? { cost: 0, burden: 0 };
  return { kind: kind === "complaint" ? "symptom" : kind, method, cost, burden };
}

/** An outcome in the words of the page. */
function outcomeTold({ model, answers, signs, level }, node, outcome) {
  const state = node.states[outcome.state];
  const order = [...model.causes.keys()];
  order.sort((one, other) => outcome.posterior[other] - outcome.posterior[one]);
  return {
    state,
    label: stateLabel(model, node.id, state),
    probability: outcome.probability,
    posterior: Object.fromEntries(model.causes.map((id, cause) => [id, outcome.posterior[cause]])),
    top: order.slice(0, TOLD_CAUSES).map((cause) => ({ id: model.causes[cause], p: outcome.posterior[cause] })),
    subject: outcome.subject,
    level: signs.has(node.id) ? urgency(model, { ...answers, [node.id]: state }).level : level,
  };
}

/** Expected information gain about one yes/no belief, in bits; rounding never makes it negative. */
function gainOf(now, outcomes, belief) {
  const gain = outcomes.reduce(
    (sum, one) => sum + one.probability * divergence(belief(one), belief(now)),
    0,
  );
  return Math.max(0, gain);
}

/**
 * KL divergence of two yes/no beliefs, in bits; what is certain before stays so, and tells nothing.
 *
 * @param {number} after P(yes) after
 * @param {number} before P(yes) before
 * @returns {number} bits
 */
export function divergence(after, before) {
  if (before <= 0 || before >= 1) {
    return 0;
  }
  const part = (now, old) => (now > 0 ? now * Math.log2(now / old) : 0);
  return part(after, before) + part(1 - after, 1 - before);
}
