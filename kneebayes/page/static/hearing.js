// Questions in the learner's own words: the same sum as Python's kneebayes.teaching.talking.

const CLEAR = 0.6;
const APART = 0.1;
const FAINT = 0.35;
const NEARLY = 0.45;
const STEM = 0.95; // how far a word agrees that is the same but for its ending
const BEGINS = 0.8; // where it begins the same
const BESIDE = 0.25;
const SEVERAL = 4;
const LITTLE = new Set(
  (
    "a about also an and any anything are at be been but by did do does doing done for " +
    "from get got had has have he her his how i in is it its me much my now of on or other " +
    "patient please she so still tell than that the their them then there they this to was were " +
    "what when where whether which while will with would you your yours " +
    "currently doctor ever hello hi lately ok okay order pls recently take takes taking thank " +
    "thanks today u ur use"
  ).split(" "),
);
const OF_ABILITY = /^(able|can|cannot|cant|could|couldnt|unable|wont)$/;
const TO_TELL = /^(describe|feel|hear|notice|remember|say|see|show)?$/;
const ASKS_MORE = /^\s*(how|what|when|where|which|who|whom|whose|why)\b(?! about\b)/i;
const FORMS = {
  bent: "bend", came: "come", fell: "fall", fallen: "fall", felt: "feel", gave: "give", given: "give",
  goes: "go", gone: "go", went: "go", noticed: "notice", tore: "tear", torn: "tear", woke: "wake", woken: "wake",
};
const ENDINGS = ["ness", "ing", "ful", "ed", "es", "en", "s", "e", "y"];

/** The words of a text that say something. */
export function wordsOf(text) {
  const plain = text.normalize("NFKC").toLowerCase().replace(/['\u2018\u2019`\u00b4]/g, "")
    .replace(/\bhow long\b/g, "long duration").replace(/\bgoing on\b/g, "");
  const said = (plain.match(/[a-z0-9]+/g) || []).filter((word) => !LITTLE.has(word));
  return said
    .filter((word, at) => !(/^(can|could)$/.test(word) && TO_TELL.test(said[at + 1] ?? "")))
    .map((word) => (OF_ABILITY.test(word) ? "able" : Object.hasOwn(FORMS, word) ? FORMS[word] : word));
}

/**
 * What can be heard among names.
 *
 * @param {Object<string, Array<string>>} names all names and question texts by id
 * @returns {function(string): Array<Array>} for a question pairs of an id and how much of it
 *   agrees, from 0 to 1, the best first
 */
export function hearingOf(names) {
  const split = Object.entries(names).map(([id, some]) => [id, some.map((name) => [...new Set(wordsOf(name))])]);
  const spread = new Map();
  for (const [, some] of split) {
    for (const word of new Set(some.flat())) spread.set(word, (spread.get(word) || 0) + 1);
  }
  const weight = (word) => Math.log(1 + split.length / spread.get(word));
  const full = Math.log(1 + split.length);
  return (asked) => {
    const wanted = [...new Set(wordsOf(asked))];
    const alike = new Map(wanted.map((one) => [one, alikeTo(one, [...spread.keys()])]));
    return split
      .map(([id, some]) => [id, Math.max(0, ...some.map((words) => agreement(wanted, words, spread, weight, full, alike)))])
      .filter(([, agrees]) => agrees >= FAINT)
      .sort((one, other) => other[1] - one[1]);
  };
}

/**
 * All that a question names, if it asks for nothing else: one thing of which a name is said in full
 * and to which every word belongs, or whole names in a row. Words of the complaint may be left over.
 *
 * @param {Object<string, Array<string>>} names all names and question texts by id
 * @param {string} complaint what it is called
 * @returns {function(string): {meant: Array<string>, near: Array<string>, unheard: Array<string>}}
 *   for a question the ids of what it asks for or, where that is not clear, of what it may mean,
 *   and the words that nothing is called by
 */
export function understandingOf(names, complaint = "") {
  const hear = hearingOf(names);
  const split = new Map(Object.entries(names).map(([id, some]) => [id, some.map(wordsOf)]));
  const known = [...new Set([...split.values()].flat(2))];
  const ofComplaint = wordsOf(complaint);
  const spared = (word) => TO_TELL.test(word) || ofComplaint.includes(word);
  return (asked) => {
    const said = wordsOf(asked);
    const alike = new Map(said.map((word) => [word, alikeTo(word, known)]));
    const heard = hear(asked);
    const meant = clearly(heard);
    const isSaid = (words, part) => words.length > 0 && words.every((word) => part.some((one) => alike.get(one).has(word)));
    if (meant !== "") {
      const its = split.get(meant).flat();
      const belongs = (word) => spared(word) || its.some((one) => alike.get(word).has(one));
      if (split.get(meant).some((words) => isSaid(words, said)) && said.every(belongs)) {
        return { meant: [meant], near: [], unheard: [] };
      }
    }
    const surely = (one, word) => (alike.get(one).get(word) ?? 0) >= BEGINS; // a word that is alike may be another one
    const isWhole = (words, part) => words.length > 0 && words.every((word) => part.some((one) => surely(one, word))) &&
      part.every((one) => words.some((word) => surely(one, word)));
    const parts = ASKS_MORE.test(asked) ? [] : namesInRow(split, said, isWhole, spared);
    if (parts.length > 0) return { meant: parts, near: [], unheard: [] };
    const unheard = [...alike.keys()].filter((word) => alike.get(word).size === 0 && !spared(word));
    const agreement = new Map(heard);
    const near = likeliest(heard).filter((id) => agreement.get(id) >= NEARLY);
    return { meant: [], near, unheard };
  };
}

/** Ids of the whole names, each the longest, that make up a question; none if words are left. */
function namesInRow(split, said, isWhole, spared) {
  const found = new Set();
  let at = 0;
  while (at < said.length) {
    let end = said.length + 1;
    let best = [];
    while (best.length !== 1 && end > at + 1) {
      end -= 1;
      const part = said.slice(at, end);
      best = [...split].filter(([, some]) => some.some((words) => isWhole(words, part))).map(([id]) => id);
    }
    if (best.length === 1) found.add(best[0]);
    else if (best.length > 1 || !spared(said[at])) return [];
    else end = at + 1;
    at = end;
  }
  return [...found];
}

/** Id of the one thing that was meant; empty where it is not clear. */
export function clearly(heard) {
  if (heard.length === 0 || heard[0][1] < CLEAR) return "";
  return heard.length > 1 && heard[0][1] - heard[1][1] < APART ? "" : heard[0][0];
}

/** Ids of the few things that may have been meant where it is not clear, the best first. */
export function likeliest(heard) {
  return heard.slice(0, SEVERAL).filter(([, agrees]) => heard[0][1] - agrees <= BESIDE).map(([id]) => id);
}

/** How much each word is like one that was said; a word that is known is no slip of another. */
function alikeTo(one, words) {
  const alike = words.map((word) => [word, likeness(one, word)]).filter(([, like]) => like > 0);
  const least = alike.some(([, like]) => like >= STEM) ? STEM : 0;
  return new Map(alike.filter(([, like]) => like >= least));
}

function agreement(wanted, words, spread, weight, full, alike) {
  const total = words.reduce((sum, word) => sum + weight(word), 0);
  let [shared, asked] = [0, 0];
  for (const one of wanted) {
    let [like, nearest] = [0, ""];
    for (const word of words) {
      const next = alike.get(one).get(word) ?? 0;
      if (next > like || (next === like && word > nearest && next > 0)) [like, nearest] = [next, word];
    }
    const known = spread.has(one);
    const own = known ? weight(one) : like > 0 ? weight(nearest) : full;
    asked += own;
    if (like > 0) shared += like * (own + weight(nearest));
  }
  return asked + total > 0 ? shared / (asked + total) : 0;
}

function likeness(one, other) {
  if (one === other) return 1;
  if (stem(one) === stem(other)) return STEM;
  const begins = one.startsWith(other) || other.startsWith(one);
  if (begins && 2 * Math.min(one.length, other.length) >= Math.max(6, one.length, other.length)) return BEGINS;
  const slips = one.length < 4 ? 0 : one.length < 7 ? 1 : 2;
  return slips > 0 && slipsBetween(one, other) <= slips ? 0.6 : 0;
}

function stem(word) {
  const ending = ENDINGS.find((one) => word.endsWith(one) && word.length - one.length >= 3);
  if (ending === undefined) return word;
  const stemmed = word.slice(0, -ending.length);
  return stemmed.length > 3 && /([^flsz])\1$/.test(stemmed) ? stemmed.slice(0, -1) : stemmed;
}

/** Letters to change, put in, leave out or exchange with the next (Damerau 1964). */
export function slipsBetween(word, other) {
  let before = [];
  let row = [...Array(other.length + 1).keys()];
  for (let at = 1; at <= word.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const same = word[at - 1] === other[to - 1];
      next[to] = Math.min(row[to] + 1, next[to - 1] + 1, row[to - 1] + (same ? 0 : 1));
      const turned = at > 1 && to > 1 && word[at - 1] === other[to - 2] && word[at - 2] === other[to - 1];
      if (turned) next[to] = Math.min(next[to], before[to - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[other.length];
}
