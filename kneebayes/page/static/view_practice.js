// The virtual patient: a case drawn from the model, asked, judged and then told.
import { DIFFICULTIES, drawWanted } from "./hardness.js";
import { KINDS } from "./patient.js";
import { button, counted, make, matches, refill, searchSections } from "./view_dom.js";
import { dueFor, feedbackCard } from "./view_feedback.js";
import { guessCard } from "./view_guess.js";
import { questionsInSlices, taskQueue } from "./view_slices.js";
import { introduction, sentenceAbout, toldAtFirst } from "./voice.js";

const PENNY = 1e-9; // what rounding may add to a cost
const LARGEST_SEED = 9999; // short enough to be read out in class

/**
 * The panel of the virtual patient; `onAsked()` is called whenever more is known, and
 * `onExplore(answers)` when a closed case is to be opened in the explorer.
 */
export function practicePanel(catalog, prefix, onAsked, onExplore) {
  const element = make("div", { class: "kb-tab" });
  let model = null;
  let visit = null;

  const queue = taskQueue();

  function open(seed, wanted = {}) {
    const about = { kind: visit?.kind ?? "any", difficulty: visit?.difficulty ?? "any", ...wanted };
    let next = null;
    try {
      next = visitOf(catalog, model, queue, seed, about);
    } catch (error) {
      visit?.parts.trouble(error.message);
      return;
    }
    queue.clear();
    visit = next;
    const parts = {
      chart: chartCard(catalog, prefix, visit),
      ask: askCard(catalog, prefix, ask),
      guess: guessCard(catalog, prefix, startingGuess(), { onNote: note, onClose: close }),
    };
    const chosen = element.querySelector(".kb-share:has([data-act=seed])")?.open ?? false;
    const first = caseCard(catalog, prefix, visit, open, chosen);
    parts.trouble = first.trouble;
    visit.parts = parts;
    const panes = make(
      "div",
      { class: "kb-panes" },
      make("div", { class: "kb-pane" }, first.element, parts.ask.element),
      make("div", { class: "kb-pane" }, parts.chart.element, parts.guess.element),
    );
    element.replaceChildren(panes);
    parts.chart.show(visit);
    parts.ask.show(visit);
    onAsked();
  }

  function startingGuess() {
    const causes = [...catalog.causes.values()].sort((one, other) => other.prior - one.prior);
    return causes.map((cause) => ({ id: cause.id, probability: cause.prior }));
  }

  /** Ask questions, each a list: of one, or of all results of an examination. */
  function ask(questions) {
    if (visit.closed) return;
    const before = visit.asked.length;
    questions.forEach((ids) => visit.take(ids.filter((id) => !visit.asked.includes(id) && !visit.free.includes(id))));
    visit.parts.chart.show(visit);
    visit.parts.ask.show(visit);
    visit.parts.ask.answered(visit, questions.flat());
    if (visit.asked.length > before) onAsked();
  }

  /** What is believed now, in the middle of the case; said again at once, it counts as corrected. */
  function note(stated) {
    if (visit.notes.at(-1)?.after === visit.asked.length) visit.notes.pop();
    visit.notes.push({ after: visit.asked.length, stated });
    return visit.questions();
  }

  function close(said) {
    const next = (seed) => open(seed ?? newSeed());
    const card = feedbackCard(catalog, prefix, model, visit, said, next, onExplore);
    visit.closed = true;
    visit.compare(visit.asked.length);
    onAsked();
    visit.parts.ask.close();
    visit.parts.guess.element.replaceWith(card);
    card.scrollIntoView();
    card.focus({ preventScroll: true });
  }

  return {
    element,
    start(ready) {
      model = ready;
    },
    /** Open a patient: the wanted one, or a first one unless one is open. */
    open(wanted = null) {
      if (wanted !== null) open(wanted.seed, wanted);
      else if (visit === null) open(newSeed());
    },
    stop: () => queue.clear(),
    /** What the signs call for, once the learner has said it; before that nothing. */
    urgency: () => (visit === null || !visit.closed ? null : dueFor(catalog, model, visit)),
  };
}

function newSeed() {
  return 1 + Math.floor(Math.random() * LARGEST_SEED);
}

/** One patient with what was asked so far. Age and sex are told freely, and what he says at once. */
function visitOf(catalog, model, queue, seed, { kind, difficulty }) {
  const { payload } = catalog;
  const patient = drawWanted(model, seed, { kind, difficulty });
  const background = payload.contexts.filter((one) => one.states.length > 0).map((one) => one.id);
  const free = [...new Set([...background, ...toldAtFirst(model, patient)])];
  const asked = [];
  const together = new Map(); // how many results an examination told at once, by where they begin
  const best = []; // open questions before each step, compared while the learner thinks
  const wanted = [];
  const methodsOf = (ids) => new Set(ids.map((id) => catalog.findings.get(id)?.method).filter(Boolean));
  /** A method is paid once, whichever of its results are looked at. */
  const costOf = (ids) => [...methodsOf(ids)].reduce((sum, id) => sum + payload.methods[id].cost, 0);
  /** How much was asked: an examination counts once, however many results were looked at. */
  const questionsIn = (ids) => new Set(ids.map((id) => catalog.findings.get(id)?.method || id)).size;
  const knownWith = (ids) =>
    Object.fromEntries([payload.complaint, ...free, ...ids].map((id) => [id, patient.states[id]]));
  return {
    seed,
    kind,
    difficulty,
    closed: false,
    /** What asking costs after the first so many questions; an examination is paid once. */
    priceOf(id, steps = asked.length) {
      const method = catalog.findings.get(id)?.method;
      return !method || methodsOf(asked.slice(0, steps)).has(method) ? 0 : payload.methods[method].cost;
    },
    /** Ask a question, or for results that are told at once. */
    take(ids) {
      if (ids.length === 0) return;
      this.compare(asked.length);
      together.set(asked.length, ids.length);
      asked.push(...ids);
    },
    /** What was asked, each time with where it begins among the answers. */
    steps: () => [...together].map(([at, count]) => ({ at, ids: asked.slice(at, at + count) })),
    compare(step) {
      const known = this.known(step);
      queue.add((next) =>
        questionsInSlices(model, known, {}, (rows) => {
          best[step] = rows;
          wanted[step]?.forEach((onKnown) => onKnown(rows));
          next();
        }),
      );
    },
    /**
     * One plan that could really have been walked: as many questions and examinations, each time
     * the best that can still be paid for, for no more cost, an examination with all its results.
     * `onKnown(ids)` is told its questions.
     */
    walkPlan(onKnown) {
      const budget = this.cost();
      const plan = [];
      const step = (rows) => {
        const row = rows.find(({ id }) => costOf([...plan, id]) <= budget + PENNY);
        const method = catalog.findings.get(row?.id)?.method;
        const open = (id) => !(id in knownWith(plan));
        if (row !== undefined) plan.push(...(method ? catalog.resultsOf(method).filter(open) : [row.id]));
        if (row === undefined || questionsIn(plan) === questionsIn(asked)) {
          onKnown(plan);
          return;
        }
        const known = knownWith(plan);
        queue.add((next) =>
          questionsInSlices(model, known, {}, (rest) => {
            step(rest);
            next();
          }),
        );
      };
      if (asked.length > 0) this.bestAt(0, step);
    },
    /** Tell the open questions as they were before a step, now or as soon as they are compared. */
    bestAt(step, onKnown) {
      if (best[step]) onKnown(best[step]);
      else (wanted[step] ??= []).push(onKnown);
    },
    patient,
    free,
    asked,
    /** What was stated before the end, each after so many questions. */
    notes: [],
    opening: introduction(model, patient, free),
    /** The answer in the patient's words; empty where an examiner finds it out. */
    said: (id) => sentenceAbout(model, patient, id),
    /** What is known after the first so many questions, all of them if left out. */
    known: (steps = asked.length) => knownWith(asked.slice(0, steps)),
    knownWith,
    cost: () => costOf(asked),
    questions: (steps = asked.length) => questionsIn(asked.slice(0, steps)),
  };
}

/** Who comes; `chosen` keeps the choice of a patient open where one was just chosen. */
function caseCard(catalog, prefix, visit, open, chosen) {
  const seed = make("input", {
    type: "number",
    id: `${prefix}-seed`,
    min: "1",
    max: String(LARGEST_SEED),
    step: "1",
    value: String(visit.seed),
  });
  const choice = (name, list) => {
    const select = make(
      "select",
      { id: `${prefix}-${name}`, on: { change: () => open(visit.seed, { [name]: select.value }) } },
      ...list.map((one) => make("option", { value: one, text: one, selected: one === visit[name] })),
    );
    return select;
  };
  const [kind, difficulty] = [choice("kind", KINDS), choice("difficulty", DIFFICULTIES)];
  const trouble = make("p", { class: "kb-error", role: "alert" });
  trouble.hidden = true;
  const address = [
    `#patient=${visit.seed}`,
    visit.difficulty === "any" ? "" : `&difficulty=${visit.difficulty}`,
    visit.kind === "any" ? "" : `&kind=${encodeURIComponent(visit.kind)}`,
  ].join("");
  const wanted = () => {
    const number = Math.floor(Number(seed.value));
    return Number.isFinite(number) && number > 0 ? number : visit.seed;
  };
  const element = make(
    "section",
    { class: "kb-card", "aria-labelledby": `${prefix}-case-title` },
    make("h2", { id: `${prefix}-case-title`, text: `Patient ${visit.seed}` }),
    make("p", { class: "kb-opening", text: visit.opening }),
    make("p", { class: "kb-small", text: "Ask, examine and test. Then say how probable each cause is and how urgent it is, and close the case." }),
    make("div", { class: "kb-row kb-controls" }, button("Another patient", () => open(newSeed()), { class: "kb-button", data: { act: "another" } })),
    make(
      "details",
      { class: "kb-share", open: chosen },
      make("summary", { text: "Choose a patient, or give this one to a class" }),
      make("p", {
        class: "kb-small",
        text: `Every patient is drawn from the model and has a number. To give this one to a class, tell the number, or add ${address} to the address of this page. The same patient comes up in every browser and in Python, where the whole background is known at first unless background="page" is asked for.`,
      }),
      make(
        "div",
        { class: "kb-row kb-controls" },
        labelled("Number", seed),
        labelled("Kind", kind),
        labelled("Difficulty", difficulty),
        button("Go to this patient", () => open(wanted()), { class: "kb-button", data: { act: "seed" } }),
      ),
    ),
    trouble,
  );
  return {
    element,
    trouble(text) {
      trouble.textContent = text;
      trouble.hidden = false;
    },
  };
}

/** A field with its label in front, never on two lines. */
function labelled(text, field) {
  return make("span", { class: "kb-labelled" }, make("label", { for: field.id, class: "kb-small", text }), field);
}

function chartCard(catalog, prefix, visit) {
  const list = make("ol", { class: "kb-asked" });
  const sum = make("p", { class: "kb-small" });
  const free = visit.free.map((id) => {
    const said = catalog.stateLabel(id, visit.patient.states[id]);
    const data = { free: id, state: visit.patient.states[id] };
    return make("p", { text: `${catalog.label(id)}: ${said}`, data });
  });
  const element = make(
    "section",
    { class: "kb-card", "aria-labelledby": `${prefix}-chart-title` },
    make("h2", { id: `${prefix}-chart-title`, text: "Chart" }),
    ...free,
    list,
    sum,
  );
  return {
    element,
    show() {
      const lines = visit.asked.map((id) => {
        const said = catalog.stateLabel(id, visit.patient.states[id]);
        return make("li", { data: { asked: id, state: visit.patient.states[id] } },
          make("span", { text: `${catalog.label(id)}: ` }), make("strong", { text: said }),
          visit.said(id) ? make("q", { class: "kb-said", text: visit.said(id) }) : null);
      });
      refill(list, ...lines);
      sum.textContent = `${counted(visit.questions(), "question")}, cost ${visit.cost()}.`;
    },
  };
}

function askCard(catalog, prefix, onAsk) {
  const found = make("p", { class: "kb-small", role: "status" });
  const sections = catalog.sections.map((section) => askSection(catalog, section, onAsk));
  const total = catalog.sections.reduce((sum, section) => sum + section.nodes.length, 0);
  const askInWords = () => {
    const { meant, near, unheard } = catalog.understood(input.value);
    const asked = meant.map(catalog.resultsOf);
    const single = asked.find((ids, at) => ids.length === 1 && ids[0] !== meant[at]);
    if (meant.length > 0 && single === undefined) {
      input.value = "";
      sections.forEach((section) => section.filter(""));
      onAsk(asked);
      return;
    }
    found.textContent = askedBack((single ?? near).map((id) => `\u201c${catalog.label(id)}\u201d`), unheard);
  };
  const askAndSee = () => {
    askInWords();
    found.scrollIntoView({ block: "nearest" }); // below the field, so on a phone below the edge
  };
  const input = make("input", {
    type: "search",
    id: `${prefix}-ask-search`,
    autocomplete: "off",
    placeholder: catalog.payload.examples.question,
    on: {
      keydown: (event) => {
        if (event.key === "Enter" && input.value.trim() !== "") askAndSee();
      },
      input: () => {
        found.textContent = searchSections(sections, input.value.trim(), total);
      },
    },
  });
  const element = make(
    "section",
    { class: "kb-card", "aria-labelledby": `${prefix}-ask-title` },
    make("h2", { id: `${prefix}-ask-title`, text: "Ask and examine" }),
    make("p", { class: "kb-small", text: "Press a question, and it is answered. A test costs something, roughly as many visits as it says; all results of one test are paid for once." }),
    make(
      "div",
      { class: "kb-search" },
      make("label", { for: input.id, class: "kb-small", text: "Ask in your own words, or search" }),
      make("div", { class: "kb-row" }, input, button("Ask", askAndSee, { class: "kb-button", data: { act: "ask-in-words" } })),
    ),
    found,
    ...sections.map((section) => section.element),
  );
  return {
    element,
    show: (visit) => sections.forEach((section) => section.show(visit)),
    /** Say the answer where it was asked for: on a phone the chart is far below. */
    answered(visit, ids) {
      refill(found, ...ids.flatMap((id, at) => [
        make("span", { text: `${at > 0 ? "; " : ""}${catalog.label(id)}: ` }),
        make("strong", { text: catalog.stateLabel(id, visit.patient.states[id]) }),
        visit.said(id) ? make("q", { class: "kb-said", text: visit.said(id) }) : null,
      ]));
    },
    /** A closed case answers no more. */
    close: () => {
      element.hidden = true;
    },
  };
}

/** What is said to a question that is not clear, as in Python: nothing is answered in its place. */
function askedBack(near, unheard) {
  const meant = `${near.join(", ")}. Say which, or press it below.`;
  if (near.length === 0) return "Nothing here sounds like that. Put it in other words.";
  if (unheard.length > 0) return `Nothing here is called ${unheard.map((word) => `\u201c${word}\u201d`).join(" or ")}. It may mean: ${meant}`;
  if (near.length > 1) return `That may mean several things: ${meant}`;
  return `That may ask for more or for something else than can be told. It may mean: ${meant}`;
}

function askSection(catalog, section, onAsk) {
  const items = section.nodes.map((id) => {
    const press = button(catalog.payload.questions[id] ?? catalog.label(id), () => {
      if (press.getAttribute("aria-disabled") !== "true") onAsk([[id]]);
    }, { class: "kb-ask", data: { ask: id } });
    return { id, press, row: make("li", {}, press), text: catalog.searchText(id) };
  });
  const cost = Math.max(...section.nodes.map((id) => catalog.costOf(id)));
  const element = make(
    "details",
    { class: "kb-kind", open: section.kind === "history", data: { section: section.id } },
    make(
      "summary",
      {},
      make("h3", { text: section.label }),
      make("span", { class: "kb-small", text: cost > 0 ? `cost ${cost}` : "free" }),
    ),
    make("ul", { class: "kb-askable" }, ...items.map((item) => item.row)),
  );
  return {
    element,
    show(visit) {
      items.forEach((item) => {
        const known = visit.asked.includes(item.id) || visit.free.includes(item.id);
        item.press.setAttribute("aria-disabled", String(known)); // stays in the tab order
        if (known) {
          const said = catalog.stateLabel(item.id, visit.patient.states[item.id]);
          item.press.textContent = `${catalog.label(item.id)}: ${said}`;
        }
      });
    },
    filter(search, way) {
      let hits = 0;
      items.forEach((item) => {
        item.row.hidden = search !== "" && !matches(search, item.text, way);
        hits += item.row.hidden ? 0 : 1;
      });
      element.hidden = hits === 0;
      if (search !== "") element.open = hits > 0;
      return hits;
    },
  };
}
