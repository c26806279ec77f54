/** The same knowledge where another lexicon reads its words, or patients are seen elsewhere. */

import { tableOfShares } from "./shares.js";

/** The node that says what explains the complaint. */
const EXPLANATION = "explanation";
const NAMES = ["labels", "aliases", "claims", "references"];

/**
 * A payload as it is in one layer, under one lexicon and in one setting.
 *
 * @param {object} payload what the page was made of, with its `readings` and `layers`
 * @param {{layer: string, lexicon: string, setting: string}} choice ids; the model's own give
 *   the payload itself
 * @returns {object} the payload of the other model
 */
export function payloadIn(payload, { layer, lexicon, setting }) {
  const wanted = payload.layers?.find(({ id }) => id === layer) ?? {};
  if (wanted.unnamed !== undefined) return withParts(readIn(payload, lexicon, setting), wanted);
  if (wanted.changes === undefined) return readIn(payload, lexicon, setting);
  return readIn({ ...renamed(payload, wanted.changes), readings: wanted.readings }, lexicon, setting);
}

/** What a layer takes of the folder: what a name is called and rests on stays known. */
function renamed(payload, changes) {
  const names = NAMES.map((key) => [key, { ...payload[key], ...changes[key] }]);
  return { ...payload, ...changes, ...Object.fromEntries(names) };
}

/** Another lexicon or setting in the same layer. */
function readIn(payload, lexicon, setting) {
  if (payload.readings?.lexicons === undefined) return payload;
  const { lexicons, settings, networks, shares } = payload.readings;
  if (lexicon === lexicons[0].id && setting === settings[0].id) return payload;
  const { nodes, intervals, bounds } = networks[lexicon];
  const numbers = shares[lexicon][setting];
  const places = new Map(intervals);
  const inItsOwn = shares[lexicon][settings[0].id];
  const priors = [...numbers.priors, ...numbers.parts];
  const before = [...inItsOwn.priors, ...inItsOwn.parts];
  const spread = priors.map((prior, place) => {
    const [low, high] = bounds[place].map((bound) => Math.min((bound * prior) / before[place], 1));
    return { prior, interval: [low, prior, high] };
  });
  const { id, label } = lexicons.find((one) => one.id === lexicon);
  return {
    ...payload,
    nodes: nodesIn(payload, nodes, lexicon, numbers),
    causes: payload.causes.map((cause, place) => ({ ...cause, ...spread[place] })),
    parts: new Map(unnamedParts(payload).map((part, place) => [part, spread[payload.causes.length + place]])),
    arrows: payload.arrows.map((arrow, place) =>
      places.has(place) ? [...arrow.slice(0, 4), places.get(place), ...arrow.slice(5)] : arrow,
    ),
    intervals: [...payload.intervals, ...payload.readings.intervals],
    lexicon: { id, label },
    setting: setting || null,
    reading: numbers.reading,
  };
}

/** What explains the complaint beside the causes, in the order of the table. */
function unnamedParts(payload) {
  const causes = new Set(payload.causes.map(({ id }) => id));
  const states = payload.nodes.find(({ id }) => id === EXPLANATION)?.states ?? [];
  return states.filter((id) => !causes.has(id));
}

/** The nodes with other numbers. */
function nodesIn(payload, changed, lexicon, numbers) {
  const others = new Map(changed.map(([place, ...own]) => [place, own]));
  return payload.nodes.map((node, place) => {
    if (node.id === EXPLANATION) return { ...node, table: numbers.table ?? tableIn(payload, node, lexicon, numbers) };
    if (!others.has(place)) return node;
    const [first, links] = others.get(place);
    return links === undefined ? { ...node, table: first } : { ...node, leak: first, links };
  });
}

/** The table of explanations that follows from shares and ratios. */
function tableIn(payload, node, lexicon, { priors, parts }) {
  const { contexts, places, networks, lexicons } = payload.readings;
  const ratios = [];
  for (const id of [lexicons[0].id, lexicon]) {
    for (const [place, ...ratio] of networks[id].ratios) ratios[place] = ratio;
  }
  const shares = new Map([
    ...payload.causes.map(({ id }, place) => [id, priors[place]]),
    ...unnamedParts(payload).map((id, place) => [id, parts[place]]),
  ]);
  return tableOfShares(contexts, places, ratios, node.states.map((id) => shares.get(id)));
}

/** The causes where parts of something else are named: those there were, and the new with their numbers. */
function causesNow(payload, causes, unnamed) {
  const known = new Map(payload.causes.map((one) => [one.id, one]));
  const numbersOf = (id) => payload.parts?.get(id === payload.rest ? unnamed : id) ?? {};
  return causes.map((one) => (typeof one === "string" ? known.get(one) : { ...one, ...numbersOf(one.id) }));
}

/** A table with the explanations in another order, where they are among its axes. */
function inOrder(node, states, nodes) {
  const axes = [...node.parents, node.id];
  const at = axes.indexOf(EXPLANATION);
  if (at < 0) return node.table;
  const sizes = new Map(nodes.map((one) => [one.id, one.states?.length ?? 2]));
  const behind = axes.slice(at + 1).reduce((size, id) => size * sizes.get(id), 1);
  const block = states.length * behind;
  return Array.from({ length: node.table.length / block }, (_, row) => row * block).flatMap((start) =>
    states.flatMap((own) => node.table.slice(start + own * behind, start + (own + 1) * behind)),
  );
}

/**
 * The parts of something else as causes: the same network, its nodes and explanations in the order
 * of that layer, where what is left unnamed is something else.
 */
function withParts(payload, { changes, causes, nodes, states, unnamed }) {
  const records = new Map(causes.filter((one) => typeof one !== "string").map((one) => [one.id, one]));
  const called = (id) => (id === unnamed ? payload.rest : id);
  const places = new Map(nodes.map((own, place) => [own, place]));
  const stateNow = new Map(states.map((own, place) => [String(own), String(place)]));
  const nodeNow = (node) => {
    const table = node.table && { table: inOrder(node, states, payload.nodes) };
    if (node.id === EXPLANATION) return { ...node, states: states.map((own) => called(node.states[own])), ...table };
    const links = node.links?.map((link, place) =>
      node.parents[place] === EXPLANATION
        ? Object.fromEntries(Object.entries(link).map(([state, one]) => [stateNow.get(state), one]))
        : link,
    );
    return {
      ...node,
      id: called(node.id),
      kind: records.has(called(node.id)) ? "cause" : node.kind,
      parents: node.parents.map(called),
      ...(links && { links }),
      ...table,
    };
  };
  const now = causesNow(payload, causes, unnamed);
  const own = payload.nodes.map(({ id }) => id);
  const nodeAt = (place) => places.get(own[place] === payload.rest ? own.indexOf(unnamed) : place);
  return {
    ...renamed(payload, changes),
    nodes: nodes.map((place) => nodeNow(payload.nodes[place])),
    causes: now,
    urgent: now.filter(({ urgent }) => urgent).map(({ id }) => id),
    arrows: payload.arrows.map(([parent, state, child, ...others]) => [
      nodeAt(parent),
      own[parent] === EXPLANATION ? Number(stateNow.get(String(state))) : state,
      nodeAt(child),
      ...others,
    ]),
  };
}
