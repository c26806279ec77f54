// After a case is closed: the truth, the exact posterior, scores, and what each question brought.
import { LEAST_TOLD, anchored, closedEarly, isInVain, neglected, statementsOf } from "./biases.js";
import { infer } from "./engine.js";
import { bitsOf } from "./hardness.js";
import { brierScore, informationOfStep, logScore } from "./patient.js";
import { percentText } from "./percent.js";
import { reasonsOf, unnamedOf } from "./reasons.js";
import { dueOf, hindsightOf, urgency } from "./urgency.js";
import { answerText } from "./view_catalog.js";
import { PROBABLE, probabilityBar, rankedCauses, reasonText } from "./view_differential.js";
import { button, counted, listed, make } from "./view_dom.js";

const CAUSES_COMPARED = 8; // causes compared, besides those that are present
const STATED_SUREST = 1e-6;
const STATED_ROUNDED = 0.005; // what stated percents may add up to beyond 1
const LEVELS = ["routine", "soon", "now"];
const WORTH_PRAISE = 0.05; // bits that a question must promise to be called well asked
const VAIN_NAMED = 4; // of what was asked in vain, the dearest

/**
 * What a learner is told. `said` holds what was stated of each cause, which of them the
 * learner `named`, and the `advice`; `onNext(seed)` opens another patient, the same with its
 * seed; `onExplore(answers)` opens the case in the explorer.
 */
export function feedbackCard(catalog, prefix, model, visit, said, onNext, onExplore) {
  const { stated } = said;
  const exact = infer(model, visit.known());
  const ranking = rankedCauses(catalog, exact);
  const truth = ranking.filter((row) => visit.patient.states[row.id] === "present");
  const due = dueFor(catalog, model, visit);
  const wrong = wrongAdvice(said.advice, due.level, exact.urgent);
  const causes = truth.map((row) => catalog.label(row.id));
  const silent = visit.patient.there.filter((id) => !visit.patient.causes.includes(id)).map((id) => catalog.label(id));
  return make(
    "section",
    { class: "kb-card kb-feedback", tabindex: "-1", "aria-labelledby": `${prefix}-feedback-title` },
    make("h2", { id: `${prefix}-feedback-title`, text: "What it was" }),
    make("p", { class: "kb-truth", data: { present: visit.patient.causes.join(" ") } }, make("strong", { text: causes.length > 0 ? listed(causes) : "none of the causes" })),
    silent.length > 0 ? make("p", { class: "kb-small", text: `Also there, but silent: ${listed(silent)}.` }) : null,
    advised(model, visit, due, { advice: said.advice, wrong, urgent: exact.urgent }),
    wellAsked(catalog, visit),
    ...why(catalog, model, visit, said, wrong),
    biases(catalog, model, visit, said),
    paidEarly(catalog, model, visit),
    askedInVain(catalog, model, visit),
    figures(catalog, model, visit, stated, ranking),
    make("p", {
      class: "kb-small",
      text: "Both scores add up over all causes, and lower is better. Over many cases nobody does better than the exact posterior, which follows from what you asked; in a single case luck may.",
    }),
    make("h3", { text: "Stated and exact" }),
    compared(catalog, ranking, truth, said),
    make("h3", { text: "What each question brought" }),
    steps(catalog, model, visit),
    planned(catalog, model, visit),
    notAsked(catalog, visit),
    handIn(catalog, prefix, visit, said),
    make(
      "div",
      { class: "kb-row kb-controls" },
      button("Another patient", () => onNext(), { class: "kb-button kb-main-button", data: { act: "next" } }),
      button("The same patient again", () => onNext(visit.seed), { class: "kb-button", data: { act: "again" } }),
      button("Open this case in the explorer", () => onExplore(visit.known()), { class: "kb-button", data: { act: "explore" } }),
    ),
  );
}

/** What the signs call for that were found, or could have been found for nothing. */
export function dueFor(catalog, model, visit) {
  const ids = catalog.sections.flatMap((section) => section.nodes);
  const free = ids.filter((id) => visit.priceOf(id) === 0 && !(id in visit.known()));
  return dueOf(model, visit.known(), Object.fromEntries(free.map((id) => [id, visit.patient.states[id]])));
}

/**
 * What was advised, against the signs that were found or could have been found for nothing.
 * Results of tests that nobody ordered do not count.
 */
function advised(model, visit, due, { advice, wrong, urgent }) {
  const { level } = urgency(model, visit.known());
  const missed = due.reasons.filter((reason) => reason.missed);
  const chance = advice === "" || wrong === "too low" ? "" : `, and P(an urgent cause explains it) is ${percentText(urgent)}`;
  const yours = advice === "" ? "You did not say how urgent it is" : `You advised \u201c${advice}\u201d`;
  const luck = level === due.level ? "" : `, though those that you found call only for \u201c${level}\u201d`;
  const lines = due.reasons.map((reason) => {
    const aside = reason.aside.length === 0 ? "" : ` (free to ask, and puts this aside: ${reason.aside.join(", ")})`;
    return make("li", { text: `${reasonText(reason)}${reason.missed ? " (missed: not asked for)" : aside}` });
  });
  return make(
    "div",
    {
      class: wrong !== "" || missed.length > 0 ? "kb-error" : "",
      data: { missed: String(missed.length), due: due.level, wrong },
    },
    make("strong", { text: advice === due.level ? `${yours}, and so do the signs${luck}.` : `${yours}${wrong && `: ${wrong}`}; the signs call for \u201c${due.level}\u201d${chance}.` }),
    lines.length > 0 ? make("ul", { class: "kb-list" }, ...lines) : null,
    inHindsight(model, visit, due),
  );
}

/** Whether less was advised than the signs call for, or more though no urgent cause is probable. */
function wrongAdvice(advice, due, urgent) {
  if (advice === "") return "";
  const [given, signs] = [advice, due].map((one) => LEVELS.indexOf(one));
  if (given < signs) return "too low";
  return given > signs && urgent < PROBABLE ? "too high" : "";
}

/** What was truly there, where that is more urgent than the signs. */
function inHindsight(model, visit, due) {
  const { level, reasons } = hindsightOf(model, visit.patient);
  if (LEVELS.indexOf(level) <= LEVELS.indexOf(due.level)) return null;
  const there = new Set(reasons.filter((reason) => reason.level === level).flatMap((reason) => reason.signs));
  return make("p", {
    text: `In hindsight, by what was truly there (${[...there].join(", ")}), it was \u201c${level}\u201d; nobody could have known that for nothing.`,
    data: { hindsight: level },
  });
}

/** The questions that were the best to be had for nothing when they were asked. */
function wellAsked(catalog, visit) {
  const element = make("p", { data: { praise: "" } });
  element.hidden = true;
  const best = new Set();
  visit.steps().forEach(({ at, ids: [id, ...more] }) =>
    visit.bestAt(at, (open) => {
      const free = open.find((row) => visit.priceOf(row.id, at) === 0);
      if (free?.id !== id || more.length > 0 || free.bits < WORTH_PRAISE) return;
      best.add(id);
      const names = visit.asked.filter((one) => best.has(one)).map((one) => `\u201c${catalog.label(one)}\u201d`);
      element.textContent = `Well asked: ${names.join(", ")}. No other free question promised more at that moment.`;
      element.dataset.praise = [...best].join(" ");
      element.hidden = false;
    }),
  );
  return element;
}

/** What was asked for: a question, or an examination with all its results. */
function askedText(catalog, ids) {
  return catalog.label(ids.length === 1 ? ids[0] : catalog.findings.get(ids[0]).method);
}

/** What was asked though hardly anything could come of it, and its cost. */
function askedInVain(catalog, model, visit) {
  const element = make("p", { data: { vain: "", cost: "0" } });
  element.hidden = true;
  const vain = [];
  // what found a sign that calls for a doctor was not asked in vain, however unlikely it was
  const signs = new Set(urgency(model, visit.known()).reasons.flatMap((reason) => reason.signs));
  visit.steps().forEach(({ at, ids }) =>
    visit.bestAt(at, (open) => {
      const id = ids[0];
      const [method, cost] = [catalog.findings.get(id)?.method ?? "", visit.priceOf(id, at)];
      const known = visit.known(at);
      const now = { level: urgency(model, known).level, first: rankedCauses(catalog, infer(model, known))[0].id };
      if (ids.some((one) => signs.has(catalog.label(one))) || !isInVain(open, { id, method, cost }, now)) return;
      vain.push({ id: ids.join("|"), at, cost, name: askedText(catalog, ids) });
      vain.sort((one, other) => other.cost - one.cost || one.at - other.at);
      const names = vain.slice(0, VAIN_NAMED).map((one) => `\u201c${one.name}\u201d`);
      const more = vain.length > VAIN_NAMED ? ` and ${vain.length - VAIN_NAMED} more` : "";
      const total = vain.reduce((sum, one) => sum + one.cost, 0);
      element.textContent = `Asked in vain: ${counted(vain.length, "question")}, cost ${total} (${names.join(", ")}${more}). By what was known ${vain.length === 1 ? "it" : "each"} promised less than ${LEAST_TOLD} bits, or was not likely to change the advice or the first cause.`;
      Object.assign(element.dataset, { vain: vain.map((one) => one.id).join(" "), cost: String(total) });
      element.hidden = false;
    }),
  );
  return element;
}

/** Tests that were paid for while a question that costs nothing promised more, unless help was due now. */
function paidEarly(catalog, model, visit) {
  const element = make("p", { data: { early: "", cost: "0" } });
  element.hidden = true;
  const early = [];
  visit.steps().forEach(({ at, ids }) => {
    const cost = visit.priceOf(ids[0], at);
    if (cost === 0 || urgency(model, visit.known(at)).level === "now") return;
    visit.bestAt(at, (open) => {
      const free = open.find((row) => visit.priceOf(row.id, at) === 0);
      // results together tell hardly more than their sum, so nobody is blamed who is not to blame
      const bits = open.filter((row) => ids.includes(row.id)).reduce((sum, row) => sum + row.bits, 0);
      if (free === undefined || free.bits <= bits) return;
      early.push({ id: ids.join("|"), at, cost, free: free.id, name: askedText(catalog, ids) });
      early.sort((one, other) => other.cost - one.cost || one.at - other.at);
      const names = early.slice(0, VAIN_NAMED).map((one) => `\u201c${one.name}\u201d`);
      const more = early.length > VAIN_NAMED ? ` and ${early.length - VAIN_NAMED} more` : "";
      const total = early.reduce((sum, one) => sum + one.cost, 0);
      const [each, such] = early.length === 1 ? ["it", ""] : ["each", "such as "];
      element.textContent = `Paid for before asking: ${counted(early.length, "test")}, cost ${total} (${names.join(", ")}${more}). When ${each} was ordered, a question that costs nothing promised more: ${such}\u201c${catalog.label(early[0].free)}\u201d.`;
      Object.assign(element.dataset, { early: early.map((one) => one.id).join(" "), cost: String(total) });
      element.hidden = false;
    });
  });
  return element;
}

/** A sentence or two for the largest differences between stated and exact. */
function why(catalog, model, visit, said, wrong) {
  const stated = Object.fromEntries(said.named.map((id) => [id, said.stated[id]]));
  const answered = visit.asked.map((id) => [id, visit.patient.states[id]]);
  const reasons = reasonsOf(model, visit.known(0), answered, stated);
  const unnamed = unnamedOf(model, visit.known(), stated);
  const total = overstated(catalog, Object.values(stated));
  if (reasons.length === 0 && total.length === 0 && unnamed === null && said.named.length > 0) {
    const known = visit.asked.length > 0 ? "what was known" : "what was known before any question";
    const advice = wrong === "" ? "" : ` Your advice does not: it was ${wrong}.`;
    const text = `Well judged, as probabilities: what you stated of ${counted(said.named.length, "cause")} follows from ${known}.${advice}`;
    return [make("p", { text, data: { praise: "judged" } })];
  }
  const sentences = reasons.map(({ cause, text }) => make("p", { text, data: { reason: cause } }));
  const left = unnamed === null ? [] : [make("p", { text: unnamed.text, data: { unnamed: unnamed.cause } })];
  return [...total, ...sentences, ...left];
}

/** What is wrong where the stated probabilities add up to more than 1. */
function overstated(catalog, stated) {
  const total = stated.reduce((sum, one) => sum + one, 0);
  if (total <= 1 + STATED_ROUNDED) return [];
  const text = `Too much in all: what you stated adds up to ${(100 * total).toFixed(0)}%. One cause explains the ${catalog.complaint}, so all causes together make 100%.`;
  return [make("p", { text, data: { overstated: String(total) } })];
}

/** Premature closure, anchoring and base-rate neglect, each where the numbers show it. */
function biases(catalog, model, visit, said) {
  const element = make("div", {});
  const notes = [...visit.notes, lastWord(visit, said)];
  const stated = Object.assign({}, ...notes.map((note) => note.stated));
  const opening = visit.known(0);
  const answered = visit.asked.map((id) => [id, visit.patient.states[id]]);
  const statements = statementsOf(model, opening, answered, notes);
  const shown = (sentences) => sentences.map((text) => make("p", { text, data: { bias: text.split(":")[0] } }));
  element.append(
    ...shown(anchored(model, statements)),
    ...shown(neglected(model, statements, { opening, known: visit.known() }, stated)),
  );
  visit.bestAt(visit.asked.length, (open) => {
    const best = open.find((row) => visit.priceOf(row.id) === 0);
    element.prepend(...shown(closedEarly(model, { opening, known: visit.known() }, stated, best)));
  });
  return element;
}

/** What was stated when the case was closed: only what the learner named. */
function lastWord(visit, said) {
  return { after: visit.asked.length, stated: Object.fromEntries(said.named.map((id) => [id, said.stated[id]])) };
}

/** How uncertain it was, and what a plan would have left that was to be had for the same cost. */
function planned(catalog, model, visit) {
  if (visit.asked.length === 0) return null;
  const element = make("p", { text: "Working out a plan of questions for the same cost \u2026" });
  const bits = (known) => bitsOf(model, known) ?? 0;
  visit.walkPlan((plan) => {
    const [opening, closed, left] = [visit.known(0), visit.known(), visit.knownWith(plan)].map(bits);
    element.textContent = `At the opening the uncertainty was ${opening.toFixed(2)} bits; after your questions it was ${closed.toFixed(2)}. The most telling questions and examinations, as many for no more cost, would have left ${left < closed ? "" : "no less: "}${left.toFixed(2)}, by ${planText(catalog, visit, plan)}.`;
    Object.assign(element.dataset, { opening: String(opening), closed: String(closed), plan: String(left) });
  });
  return element;
}

/** A plan in words: each question with its answer, each examination with what it found. */
function planText(catalog, visit, plan) {
  const methodOf = (id) => catalog.findings.get(id)?.method;
  const asked = new Set(plan.map((id) => methodOf(id) || id));
  const said = (id) => answerText(catalog, id, visit.patient.states[id]);
  const found = (method) => plan.filter((id) => methodOf(id) === method && visit.patient.states[id] !== "absent");
  const words = [...asked].map((id) =>
    plan.includes(id) ? said(id) : found(id).map(said).join(", ") || `${catalog.label(id)}: nothing found`,
  );
  return words.join("; ");
}

/** What was there and nobody asked for. */
function notAsked(catalog, visit) {
  const known = visit.known();
  const there = [...catalog.findings.keys()].filter((id) => {
    const state = visit.patient.states[id];
    return !(id in known) && state !== "absent" && id !== catalog.payload.complaint;
  });
  if (there.length === 0) return null;
  return make(
    "details",
    { class: "kb-share" },
    make("summary", { text: `Present, and not asked about: ${counted(there.length, "finding")}` }),
    make("ul", { class: "kb-list" }, ...there.map((id) => make("li", { text: answerText(catalog, id, visit.patient.states[id]) }))),
  );
}

/** The case as a text to hand in: Python's kneebayes.teaching.Practice reads a folder of them. */
function handIn(catalog, prefix, visit, said) {
  const text = JSON.stringify(recordOf(catalog, visit, said), null, 1);
  const area = make("textarea", { id: `${prefix}-hand-in`, rows: "4", readonly: true, spellcheck: "false" });
  area.value = text;
  const link = make("a", {
    class: "kb-button",
    href: `data:application/json;charset=utf-8,${encodeURIComponent(text)}`,
    text: "Save as a file",
  });
  link.hidden = true; // a file without a name is nobody's
  const name = make("input", {
    type: "text",
    id: `${prefix}-hand-in-name`,
    autocomplete: "off",
    on: {
      input: () => {
        link.download = fileName(name.value, visit.seed);
        link.hidden = learnerOf(name.value) === "";
      },
    },
  });
  return make(
    "details",
    { class: "kb-share" },
    make("summary", { text: "Hand in this case" }),
    make("p", { class: "kb-small", text: "Write your name, save the case as a file, and give the file to your teacher. Nothing leaves this page by itself." }),
    make(
      "div",
      { class: "kb-search" },
      make("label", { for: name.id, class: "kb-small", text: "Your name or initials; the file is called after you" }),
      make("div", { class: "kb-row" }, name, link),
    ),
    make(
      "div",
      { class: "kb-search" },
      make("label", { for: area.id, class: "kb-small", text: "Or copy this text, and send it under your name" }),
      area,
    ),
  );
}

/** Practice takes what stands before the first dash or dot for the name of the learner. */
function fileName(learner, seed) {
  return `${learnerOf(learner)}-patient-${seed}.json`;
}

function learnerOf(name) {
  return name.trim().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_|_$/g, "");
}

/** A case in the form of Python's PracticeCase.save. */
export function recordOf(catalog, visit, said) {
  const { payload } = catalog;
  const notes = [...visit.notes, lastWord(visit, said)].filter((note) => Object.keys(note.stated).length > 0);
  const stepsFrom = (start, end = Infinity) =>
    visit.steps()
      .filter(({ at }) => start <= at && at < end)
      .map(({ ids }) => (ids.length === 1 ? { ask: ids[0] } : { examine: catalog.findings.get(ids[0]).method }));
  const reached = [0, ...notes.map((note) => note.after)];
  const steps = notes.flatMap((note, place) => [...stepsFrom(reached[place], note.after), { state: note.stated }]);
  return {
    format: "kneebayes case",
    version: 1,
    lexicon: payload.lexicon.id,
    setting: payload.setting ?? null,
    layer: payload.layer,
    seed: visit.seed,
    difficulty: visit.difficulty,
    kind: visit.kind,
    told: visit.free,
    truth: visit.patient.states,
    steps: [...steps, ...stepsFrom(reached.at(-1))],
    closed: said.named.length > 0,
    advice: said.named.length > 0 ? said.advice : "",
  };
}

function figures(catalog, model, visit, stated, ranking) {
  const present = visit.patient.causes;
  const surprise = (beliefs) => logScore(kept(beliefs), present);
  const exact = Object.fromEntries(ranking.map((row) => [row.id, row.posterior]));
  const prior = Object.fromEntries(ranking.map((row) => [row.id, row.prior]));
  const cells = [
    ["Your logarithmic score", `${surprise(stated).toFixed(2)} bits`, "log", surprise(stated)],
    ["Exact posterior\u2019s score", `${surprise(exact).toFixed(2)} bits`, "exact-log", surprise(exact)],
    ["Score of never asking", `${surprise(prior).toFixed(2)} bits`, "prior-log", surprise(prior)],
    ["Your Brier score", brierScore(stated, present).toFixed(3), "brier", brierScore(stated, present)],
    ["Exact posterior\u2019s Brier score", brierScore(exact, present).toFixed(3), "exact-brier", brierScore(exact, present)],
    [counted(visit.questions(), "question"), `cost ${visit.cost()}`, "cost", visit.cost()],
  ];
  return make(
    "div",
    { class: "kb-figures" },
    ...cells.map(([label, text, name, value]) =>
      make(
        "div",
        { class: "kb-figure", data: { figure: name, value: String(value) } },
        make("strong", { text }),
        make("span", { class: "kb-small", text: label }),
      ),
    ),
  );
}

/** A stated 0 or 1 counts as a millionth away from it, since the logarithm of 0 has no end. */
function kept(beliefs) {
  const inside = ([id, p]) => [id, Math.min(Math.max(p, STATED_SUREST), 1 - STATED_SUREST)];
  return Object.fromEntries(Object.entries(beliefs).map(inside));
}

function compared(catalog, ranking, truth, { stated, named }) {
  const present = new Set(truth.map((row) => row.id));
  const weight = (row) => Math.max(row.posterior, stated[row.id]);
  const first = [...ranking].sort((one, other) => weight(other) - weight(one)).slice(0, CAUSES_COMPARED);
  const shown = ranking.filter((row) => first.includes(row) || present.has(row.id));
  const rows = shown.map((row) =>
    make(
      "tr",
      { data: { feedback: row.id, posterior: String(row.posterior), stated: String(stated[row.id]) } },
      make(
        "th",
        { scope: "row" },
        make(
          "div",
          { class: "kb-named" },
          make(
            "div",
            {},
            make("span", { text: catalog.label(row.id) }),
            present.has(row.id) ? make("span", { class: "kb-flag kb-true", text: "explains it" }) : null,
          ),
          probabilityBar(row.posterior, stated[row.id]),
        ),
      ),
      make("td", { class: "kb-number", text: named.includes(row.id) ? percentText(stated[row.id]) : `(${percentText(stated[row.id])})` }),
      make("td", { class: "kb-number", text: percentText(row.posterior) }),
    ),
  );
  return make(
    "table",
    { class: "kb-table" },
    make("caption", { text: "Bar: exact posterior of what was asked. Tick: what you stated. Brackets: not named; these share what you left of 100%, as their priors do." }),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { scope: "col", text: "Cause" }),
        make("th", { scope: "col", class: "kb-number", text: "Stated" }),
        make("th", { scope: "col", class: "kb-number", text: "Exact" }),
      ),
    ),
    make("tbody", {}, ...rows),
  );
}

/** The best free question and the best test among the open ones, with their bits. */
function bestText(catalog, visit, open, step, id) {
  const words = [true, false].map((free) => {
    const best = open.find((row) => (visit.priceOf(row.id, step) === 0) === free);
    if (best === undefined) return free ? "no free question" : "no test";
    const name = best.id === id ? "this one" : catalog.label(best.id);
    const price = free ? "" : `, cost ${visit.priceOf(best.id, step)}`;
    return `${free ? "free" : "test"}: ${name} (${best.bits.toFixed(2)}${price})`;
  });
  return words.join("; ");
}

/** An answer, or what an examination found. */
function toldText(catalog, ids, known) {
  const found = ids.filter((id) => known[id] !== "absent").map((id) => answerText(catalog, id, known[id]));
  if (ids.length === 1) return answerText(catalog, ids[0], known[ids[0]]);
  return found.join("; ") || `${askedText(catalog, ids)}: nothing found`;
}

function steps(catalog, model, visit) {
  if (visit.asked.length === 0) return make("p", { class: "kb-small", text: "Nothing was asked." });
  const rows = visit.steps().map(({ at, ids }) => {
    const [before, after] = [visit.known(at), visit.known(at + ids.length)];
    const gained = informationOfStep(model, before, after);
    const expected = make("td", { class: "kb-number", text: "\u2026" });
    const best = make("td", { text: "\u2026" });
    visit.bestAt(at, (open) => {
      const bits = open.find((row) => ids.includes(row.id))?.bits ?? 0; // they come by their bits
      expected.textContent = `${ids.length > 1 ? "\u2265 " : ""}${bits.toFixed(2)}`;
      best.textContent = bestText(catalog, visit, open, at, ids.length > 1 ? "" : ids[0]);
    });
    return make(
      "tr",
      { data: { step: ids.join("|"), gained: String(gained) } },
      make("th", { scope: "row", text: toldText(catalog, ids, after) }),
      make("td", { class: "kb-number", text: gained.toFixed(2) }),
      expected,
      best,
    );
  });
  return make(
    "table",
    { class: "kb-table kb-steps" },
    make("caption", { text: "In bits, over all causes: how much the answer told, how much it was expected to tell (of an examination at least), and the best free question and the best test at that moment." }),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { scope: "col", text: "Asked" }),
        make("th", { scope: "col", class: "kb-number", text: "Gained" }),
        make("th", { scope: "col", class: "kb-number", text: "Expected" }),
        make("th", { scope: "col", text: "Best then" }),
      ),
    ),
    make("tbody", {}, ...rows),
  );
}
