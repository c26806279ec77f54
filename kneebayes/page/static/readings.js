/** The same knowledge where another lexicon reads its words, or patients are seen elsewhere. */

/**
 * A payload as it is in one layer, under one lexicon and in one setting.
 *
 * @param {object} payload what the page was made of, with its `readings` and `layers`
 * @param {{layer: string, lexicon: string, setting: string}} choice ids; the model's own give
 *   the payload itself
 * @returns {object} the payload of the other model
 */
export function payloadIn(payload, { layer, lexicon, setting }) {
  return readIn(inLayer(payload, layer), lexicon, setting);
}

/** What a layer takes of the folder: what a name is called and rests on stays known. */
function inLayer(payload, layer) {
  const { changes, readings } = payload.layers?.find(({ id }) => id === layer) ?? {};
  if (changes === undefined) return payload;
  const names = ["labels", "aliases", "claims", "references"].map((key) => [key, { ...payload[key], ...changes[key] }]);
  return { ...payload, ...changes, ...Object.fromEntries(names), readings };
}

/** Another lexicon or setting in the same layer. */
function readIn(payload, lexicon, setting) {
  if (payload.readings?.lexicons === undefined) return payload;
  const { lexicons, settings, networks, shares } = payload.readings;
  if (lexicon === lexicons[0].id && setting === settings[0].id) return payload;
  const { nodes, intervals, bounds } = networks[lexicon];
  const numbers = shares[lexicon][setting];
  const places = new Map(intervals);
  const inItsOwn = shares[lexicon][settings[0].id].priors;
  const { id, label } = lexicons.find((one) => one.id === lexicon);
  return {
    ...payload,
    nodes: nodesIn(payload, nodes, numbers),
    causes: payload.causes.map((cause, place) => {
      const prior = numbers.priors[place];
      const [low, high] = bounds[place].map((bound) => Math.min((bound * prior) / inItsOwn[place], 1));
      return { ...cause, prior, interval: [low, prior, high] };
    }),
    arrows: payload.arrows.map((arrow, place) =>
      places.has(place) ? [...arrow.slice(0, 4), places.get(place), ...arrow.slice(5)] : arrow,
    ),
    intervals: [...payload.intervals, ...payload.readings.intervals],
    lexicon: { id, label },
    setting: setting || null,
    reading: numbers.reading,
  };
}

/** The nodes with other numbers. */
function nodesIn(payload, changed, numbers) {
  const others = new Map(changed.map(([place, ...own]) => [place, own]));
  return payload.nodes.map((node, place) => {
    if (node.id === EXPLANATION) return { ...node, table: numbers.table ?? tableOf(payload, node, numbers) };
    if (!others.has(place)) return node;
    const [first, links] = others.get(place);
    return links === undefined ? { ...node, table: first } : { ...node, leak: first, links };
  });
}

/** The node that says what explains the complaint. */
const EXPLANATION = "explanation";

/** The table that follows from odds: in each row of states of the parents they are added up. */
function tableOf(payload, node, { own, shifts }) {
  const sizes = node.parents.map((id) => payload.nodes.find((one) => one.id === id).states?.length ?? 2);
  const rows = sizes.reduce((product, size) => product * size, 1);
  return Array.from({ length: rows }, (_, row) => {
    const states = statesOfRow(row, sizes);
    const logs = [...own];
    payload.readings.shifts.forEach(([axis, state, at], which) => {
      if (states[axis] === state) logs[at] += shifts[which];
    });
    const weights = logs.map(Math.exp);
    const total = weights.reduce((sum, one) => sum + one, 0);
    return weights.map((one) => one / total);
  }).flat();
}

/** The state of each parent in one row of a table, the last parent turning fastest. */
function statesOfRow(row, sizes) {
  const states = [];
  for (const size of [...sizes].reverse()) {
    states.unshift(row % size);
    row = Math.floor(row / size);
  }
  return states;
}
