/** Virtual patients, drawn from the network itself, and scores for those who diagnose them. */

import { observe } from "./model.js";
import { infer, propagate, queryOf } from "./engine.js";
import { divergence } from "./questions.js";
import { urgency } from "./urgency.js";

/** Draws that are thrown away before each state is drawn given all that is wanted. */
const MOST_TRIES = 20000;

/**
 * Chance from a seed: mulberry32 (Tommy Ettinger, public domain), good enough to draw patients.
 *
 * @param {number} seed any whole number
 * @returns {function(): number} the next number, from 0 up to 1
 */
export function chanceFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What a patient can be wanted to be, as in Python. */
export const KINDS = ["any", "red herring", "second cause", "urgent", "routine"];

/**
 * Draw a patient with the complaint.
 *
 * Worlds are drawn until one has all that is given (Henrion 1988), so it is drawn from
 * P(world | given) exactly; where that is too rare, state after state is drawn from its
 * posterior instead, which gives the same and takes a second. Worlds that the folder calls
 * incoherent are passed over, and those in which no cause with a name is present. Every world
 * has chance of its own, so that Python finds the same patient.
 *
 * @param {object} model a model
 * @param {number} seed where chance begins; the same seed draws the same patient
 * @param {{given: Object<string, ?string>, kind: string, suits: function(object): boolean}}
 *   [options] what else the patient must have, as answers (the complaint is present unless it
 *   says otherwise), one of `KINDS`, and what else must be so
 * @returns {{causes: Array<string>, there: Array<string>, states: Object<string, string>, seed: number}}
 *   causes that explain the complaint, causes that are there, silent or not, and the state of
 *   every node by id
 */
export function drawPatient(model, seed, options = {}) {
  const hard = observe(model, { [model.complaint]: "present", ...(options.given || {}) });
  const suits = options.suits || (() => true);
  let patient = null;
  for (let tries = 0; patient === null && tries < MOST_TRIES; tries += 1) {
    const world = drawForward(model, hard, chanceFrom(seedOfWorld(seed, tries)));
    const drawn = world === null ? null : patientOf(model, world, seed);
    if (drawn !== null && isTeachable(model, drawn) && isOfKind(model, drawn, options.kind) && suits(drawn)) {
      patient = drawn;
    }
  }
  if (patient === null && options.suits) {
    throw new Error(`None of ${MOST_TRIES} worlds is such a patient. Ask for another number, difficulty or kind.`);
  }
  return patient || patientOf(model, drawGiven(model, hard, chanceFrom(seed)), seed);
}

/** Where chance begins for one of the worlds of a seed. */
export function seedOfWorld(seed, world) {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(world, 0x85ebca6b)) >>> 0;
}

function patientOf(model, world, seed) {
  const states = Object.fromEntries(model.nodes.map((node, at) => [node.id, node.states[world[at]]]));
  const causes = model.causes.filter((id) => states[id] === "present");
  const there = model.causes.filter((id) => states[model.there.get(id)] === "present");
  return { causes, there, states, seed };
}

/** Whether a patient contradicts nothing, and has a cause that can be named. */
function isTeachable(model, patient) {
  const { incoherent = [], rest = "" } = model.payload;
  const named = model.causes.some((id) => id !== rest);
  const so = (name) => {
    const [id, state = "present"] = name.split(".");
    return patient.states[id] === state;
  };
  const holds = ({ all = [], none = [], any = [], atLeast }) =>
    all.every(so) && !none.some(so) && (any.length === 0 || any.filter(so).length >= atLeast);
  return (!named || patient.causes.some((id) => id !== rest)) && !incoherent.some(holds);
}

function isOfKind(model, patient, kind = "any") {
  if (kind === "second cause") {
    return patient.there.length > 1;
  }
  if (kind === "urgent" || kind === "routine") {
    const { findings, contexts, methods } = model.payload;
    const free = findings.filter(({ method }) => !(methods[method]?.cost > 0));
    const seen = [...free, ...contexts].map(({ id }) => [id, patient.states[id]]);
    const { level } = urgency(model, Object.fromEntries(seen));
    const urgent = patient.there.some((id) => model.urgent.includes(id));
    return kind === "urgent" ? urgent || level === "now" : level === kind && !urgent;
  }
  return true;
}

/** One world, parents before children; null as soon as it lacks what is given. */
function drawForward(model, hard, chance) {
  const world = new Int16Array(model.nodes.length);
  for (let at = 0; at < world.length; at += 1) {
    world[at] = drawState(chanceOfStates(model, at, world), chance);
    if (hard[at] >= 0 && world[at] !== hard[at]) {
      return null;
    }
  }
  return world;
}

/** One world given the evidence: each state from its posterior, given all drawn before. */
function drawGiven(model, hard, chance) {
  const world = hard.slice();
  for (let at = 0; at < world.length; at += 1) {
    if (world[at] < 0) {
      const query = queryOf(model, world, [at]);
      if (query.tooWide) {
        throw new Error("What is given is too much to draw a patient exactly. Give less.");
      }
      const told = propagate(model, query, [], [at]);
      if (told.logProbability === -Infinity) {
        throw new Error("No patient can have all that is given: it has probability 0.");
      }
      world[at] = drawState(told.marginals[0], chance);
    }
  }
  return world;
}

/** P(state | states of the parents) of one node. */
export function chanceOfStates(model, at, world) {
  const node = model.nodes[at];
  if (node.isNoisyOr) {
    let absent = 1 - node.leak;
    node.parents.forEach((parent, place) => {
      absent *= 1 - node.links[place][world[parent]];
    });
    return [absent, 1 - absent];
  }
  const count = node.states.length;
  const row = node.parents.reduce(
    (place, parent) => place * model.nodes[parent].states.length + world[parent],
    0,
  );
  return node.table.slice(row * count, (row + 1) * count);
}

/** One state, by its probabilities. */
export function drawState(probabilities, chance) {
  let left = chance();
  let last = 0; // the last that can occur takes what rounding left over
  for (let state = 0; state < probabilities.length; state += 1) {
    if (probabilities[state] > 0) {
      last = state;
      left -= probabilities[state];
      if (left < 0) {
        return state;
      }
    }
  }
  return last;
}

/** P(present), of what `infer` told or of a plain probability. */
function presentOf(told) {
  return Array.isArray(told) ? told[told.length - 1] : told;
}

/** P(absent), of the same; 1 - P(present) would lose digits where that is nearly 1. */
function absentOf(told) {
  return Array.isArray(told) ? told[0] : 1 - told;
}

/**
 * The logarithmic score of a differential, in bits: the sum over causes of
 * -log2 P(what is true of the cause). 0 is the best there is (Good 1952).
 *
 * @param {Object<string, number|Array<number>>} posterior P(present) by cause, or P(state)
 * @param {Iterable<string>} present ids of the causes that are present
 * @returns {number} the score, infinity where what is true was ruled out
 */
export function logScore(posterior, present) {
  const truth = new Set(present);
  return Object.entries(posterior).reduce(
    (total, [id, told]) => total - Math.log2(truth.has(id) ? presentOf(told) : absentOf(told)),
    0,
  );
}

/**
 * The Brier score of a differential: the sum over causes of the squared difference between
 * P(present) and what is true (Brier 1950). 0 is the best there is.
 *
 * @param {Object<string, number|Array<number>>} posterior P(present) by cause, or P(state)
 * @param {Iterable<string>} present ids of the causes that are present
 * @returns {number} the score, between 0 and the number of causes
 */
export function brierScore(posterior, present) {
  const truth = new Set(present);
  const off = Object.entries(posterior).map(
    ([id, told]) => (presentOf(told) - Number(truth.has(id))) ** 2,
  );
  return off.reduce((total, one) => total + one, 0);
}

/**
 * What one answer told, in bits: the divergence of each cause's belief after it from that
 * before, summed over causes. `bits` of a question is what this is on average.
 *
 * @param {object} model a model
 * @param {Object<string, ?string>} before answers before it
 * @param {Object<string, ?string>} after answers with it
 * @returns {number} bits, 0 where either is impossible
 */
export function informationOfStep(model, before, after) {
  const old = infer(model, before);
  const now = infer(model, after);
  if (!old.possible || !now.possible) {
    return 0;
  }
  return model.causes.reduce(
    (total, id) => total + divergence(presentOf(now.posterior[id]), presentOf(old.posterior[id])),
    0,
  );
}
