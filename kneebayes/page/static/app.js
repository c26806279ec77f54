// The front end: one root element, one payload, and what is known of a patient.
import { careOf } from "./care.js";
import { infer } from "./engine.js";
import { ledger } from "./explain.js";
import { createModel, meant } from "./model.js";
import { DIFFICULTIES } from "./hardness.js";
import { KINDS } from "./patient.js";
import { percentText } from "./percent.js";
import { urgency } from "./urgency.js";
import { answersCard } from "./view_answers.js";
import { careCard } from "./view_care.js";
import { catalogOf } from "./view_catalog.js";
import { differentialCard, rankedCauses, urgencyBand } from "./view_differential.js";
import { button, listed, make, refill, uniquePrefix } from "./view_dom.js";
import { groundsOf } from "./view_grounds.js";
import { interviewPanel } from "./view_interview.js";
import { ledgerCard } from "./view_ledger.js";
import { networkCard } from "./view_network.js";
import { practicePanel } from "./view_practice.js";
import { priorCard } from "./view_prior.js";
import { questionsCard } from "./view_questions.js";
import { readingChoice } from "./view_settings.js";
import { questionsInSlices } from "./view_slices.js";
import { tabsOver } from "./view_tabs.js";
import { PERHAPS, PRIOR, WEIGHT, weightOfPrior, weighted } from "./weights.js";

const WAIT_FOR_QUESTIONS = 250; // milliseconds: a quick row of answers is not held up
const YOU_FIRST = {
  name: "Virtual patient",
  urgency: { level: "unsaid", advice: "you say how urgent it is.", reasons: [] },
};
const WAIT_TO_SPEAK = 600; // milliseconds: a quick row of answers is read out once

/**
 * Show the explorer in an element.
 *
 * `answers` maps ids to states; `onAnswers(answers)` is told every change made here;
 * `notebook` gives it a frame of its own height; `choice` is which of the payload's readings it
 * shows, what was chosen by hand, and how to go to another. The first paint waits for no computing.
 */
export function mountExplorer(root, payload, { answers = {}, onAnswers = () => {}, notebook = false, choice = null } = {}) {
  const catalog = catalogOf(payload);
  const prefix = uniquePrefix();
  const state = { answers: new Map(Object.entries(answers)), selected: null, about: "", tab: "explore", prior: null };
  const parts = partsOf(catalog, prefix, notebook, actions(), readingChoice(payload, prefix, choice));
  const timers = new Set();
  let stopAsking = () => {};
  let plain = null; // the model as it is; `model` carries the weights of what was said
  let model = null;
  let probable = 0; // P(an urgent cause explains it), as last computed
  let heard = ""; // what is read out of the answers

  root.classList.add("kneebayes", notebook ? "kneebayes-notebook" : "kneebayes-page");
  root.replaceChildren(parts.skip, parts.shell);
  parts.tabs.show("explore");
  parts.answers.show(state.answers);
  later(() => {
    plain = createModel(payload);
    model = plain;
    parts.practice.start(plain);
    refresh();
    if (!(choice?.used || showWanted()) && state.tab === "practice") parts.practice.open();
  });
  if (!notebook) globalThis.addEventListener?.("hashchange", showWanted);

  /** Open the patient that the address asks for; false if it asks for none. */
  function showWanted() {
    const wanted = notebook || plain === null ? null : wantedPatient(globalThis.location?.hash ?? "");
    if (wanted === null) return false;
    parts.practice.open(wanted);
    parts.tabs.show("practice");
    return true;
  }

  function actions() {
    return {
      answer(id, value) {
        if (value === "") state.answers.delete(id);
        else state.answers.set(id, value);
        changed();
      },
      reset() {
        state.answers.clear();
        state.selected = null;
        state.prior = null;
        parts.interview.forget();
        changed();
      },
      replace(said) {
        state.answers = new Map(Object.entries(said));
        changed();
      },
      select(id) {
        state.selected = id;
        parts.why.element.scrollIntoView({ block: "nearest" });
        refresh();
      },
      prior(id, probability) {
        state.prior = probability === null ? null : { id, probability };
        state.selected = id;
        refresh();
      },
      finish() {
        parts.tabs.show("explore");
        parts.causes.element.focus();
      },
      about(id) {
        state.about = id;
        refresh();
      },
      tab(id) {
        state.tab = id;
        if (id === "practice" && plain !== null) parts.practice.open();
        showUrgency();
        say(heard);
      },
      practised: () => showUrgency(),
      explore(known) {
        const { [payload.complaint]: _, ...said } = known;
        parts.tabs.show("explore");
        state.answers = new Map(Object.entries(said));
        changed();
      },
    };
  }

  function changed() {
    onAnswers(Object.fromEntries(state.answers));
    parts.answers.show(state.answers);
    refresh();
  }

  function later(work, milliseconds = 0) {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, milliseconds);
    timers.add(timer);
  }

  function stop() {
    timers.forEach(clearTimeout);
    timers.clear();
    stopAsking();
  }

  /** All that is known, less than certain answers as weights on the model. */
  function told() {
    const said = [...state.answers];
    const sure = said.filter(([, value]) => value !== "perhaps");
    const weights = Object.fromEntries(
      said.filter(([, value]) => value === "perhaps").map(([id]) => [id, [1 - PERHAPS, PERHAPS]]),
    );
    const priors = {};
    if (state.prior !== null) {
      const { id, probability } = state.prior;
      priors[id] = weightOfPrior(catalog.causes.get(id).prior, probability);
    }
    const carried = weighted(plain, meant(plain, weights), priors);
    model = carried.model;
    return { [payload.complaint]: "present", ...meant(plain, Object.fromEntries(sure)), ...carried.answers };
  }

  /** What counts as a sign: "perhaps" does, for whoever says so of an urgent sign is to be told. */
  function signs() {
    const said = [...state.answers].map(([id, value]) => [id, value === "perhaps" ? "present" : value]);
    return { [payload.complaint]: "present", ...Object.fromEntries(said) };
  }

  /** The answers in the order told, a prior that was dragged before them all. */
  function inOrder(answered) {
    const dragged = state.prior === null ? [] : [[PRIOR + state.prior.id, "present"]];
    const nodes = Object.keys(meant(plain, Object.fromEntries(state.answers)));
    const said = nodes.map((id) => (id in answered ? [id, answered[id]] : [WEIGHT + id, "present"]));
    return [...dragged, ...said];
  }

  function showUrgency() {
    if (plain === null) return;
    if (state.tab !== "practice") {
      parts.band.show([{ name: "", urgency: urgency(plain, signs()) }], probable);
      return;
    }
    const found = parts.practice.urgency();
    parts.band.show([found === null ? YOU_FIRST : { name: "Virtual patient", urgency: found }]);
  }

  function refresh() {
    if (plain === null) return;
    stop();
    showUrgency();
    parts.root.dataset.state = "waiting";
    later(() => {
      const answered = told();
      const found = infer(model, answered);
      if (!found.possible || found.tooWide) {
        refuse(found);
        return;
      }
      show(found);
      later(() => explain(found, answered));
      later(() => showQuestions(answered), WAIT_FOR_QUESTIONS);
      later(() => speak(found), WAIT_TO_SPEAK);
    });
  }

  function show(found) {
    const ranking = rankedCauses(catalog, found);
    const selected = state.selected ?? ranking[0].id;
    parts.causes.show({ ranking, selected, anyUrgent: found.urgent });
    probable = found.urgent;
    showUrgency();
    showPrior(found, selected);
    glanceAt(topCauses(ranking));
    parts.root.dataset.state = "shown";
  }

  /** The prior of the cause that is looked at, as it stands now. */
  function showPrior(found, selected) {
    const dragged = state.prior?.id === selected;
    const prior = dragged ? state.prior.probability : catalog.causes.get(selected).prior;
    parts.prior.show(selected, prior, found.posterior[selected].at(-1), dragged);
  }

  function explain(found, answered) {
    const ranking = rankedCauses(catalog, found);
    const selected = state.selected ?? ranking[0].id;
    parts.care.show(careOf(plain, signs(), found.groups, ranking));
    parts.why.show(selected, ledger(model, inOrder(answered), selected));
    parts.network.show(selected, (id) => chanceOf(answered, id));
    const groups = payload.groups.map((group) => ({ ...group, posterior: found.groups[group.id] }));
    parts.causes.showGroups(groups.sort((one, other) => other.posterior - one.posterior));
    parts.root.dataset.state = "explained";
  }

  /** P(present) of any node, null where it has several states. */
  function chanceOf(answered, named) {
    const id = plain.there.get(named) ?? named;
    const states = plain.nodes[plain.index.get(id)].states;
    if (states.length > 2 || !states.includes("present")) return null;
    if (id in answered) return Number(answered[id] === states[1]);
    const found = infer(model, answered, { targets: [id] });
    return found.possible ? found.posterior[id][1] : null;
  }

  function showQuestions(answered) {
    const about = state.about === "" ? undefined : state.about;
    const done = (rows) => {
      parts.questions.show(rows);
      const top = topCauses(rankedCauses(catalog, infer(model, answered)));
      parts.interview.show(rows, new Map(state.answers), top, urgency(plain, signs()).level);
      parts.root.dataset.state = "ready";
    };
    parts.interview.wait();
    stopAsking = questionsInSlices(model, answered, { about }, done, parts.questions.wait);
  }

  function topCauses(ranking) {
    const first = ranking.slice(0, 3);
    return first.map((row) => `${catalog.label(row.id)} ${percentText(row.posterior)}`).join(", ");
  }

  /** One line at the lower edge of a phone; what does not fit is cut. */
  function glanceAt(text) {
    refill(parts.glance, make("span", { text }), make("span", { class: "kb-all", text: "all causes" }));
  }

  function speak(found) {
    const { advice } = urgency(plain, signs());
    say(`Most probable: ${topCauses(rankedCauses(catalog, found))}. ${advice}`);
  }

  /** Read out what the answers come to; of a virtual patient the band on top speaks alone. */
  function say(text) {
    heard = text;
    parts.spoken.textContent = state.tab === "practice" ? "" : text;
  }

  function refuse(found) {
    const text = found.tooWide
      ? "These answers together are more than this page can sum up exactly. Python can: model.diagnose."
      : impossibleText();
    parts.causes.refuse(text);
    parts.why.element.hidden = true;
    parts.care.refuse();
    parts.questions.refuse("First the answers must go together.");
    glanceAt(text);
    say(text);
    parts.root.dataset.state = "refused";
  }

  function impossibleText() {
    const freeing = [...state.answers.keys()].filter((id) => {
      const node = plain.there.get(id) ?? id;
      const { [node]: _, [WEIGHT + node]: __, ...rest } = told();
      return infer(model, rest).possible;
    });
    const names = freeing.map((id) => `'${catalog.label(id)}'`);
    const hint = names.length > 0 ? ` Taking back ${listed(names)} alone would help.` : "";
    return `These answers cannot be true together in this model.${hint}`;
  }

  return {
    /** Take over answers made elsewhere, without telling elsewhere again. */
    setAnswers(said) {
      state.answers = new Map(Object.entries(said));
      parts.answers.show(state.answers);
      refresh();
    },
    answers: () => Object.fromEntries(state.answers),
    /** Leave no timer behind. */
    destroy() {
      globalThis.removeEventListener?.("hashchange", showWanted);
      stop();
      parts.practice.stop();
      root.replaceChildren();
    },
  };
}

function partsOf(catalog, prefix, notebook, act, seenIn) {
  const { payload } = catalog;
  const band = urgencyBand();
  const answers = answersCard(catalog, prefix, act, seenIn);
  const causes = differentialCard(catalog, prefix, act.select);
  const grounds = groundsOf(payload);
  const care = careCard(prefix, grounds);
  const why = ledgerCard(catalog, prefix, grounds, act.select);
  const network = networkCard(catalog, grounds, act);
  const prior = priorCard(catalog, prefix, act);
  const interview = interviewPanel(catalog, prefix, act);
  const asking = questionsCard(catalog, prefix, act);
  const practice = practicePanel(catalog, prefix, act.practised, act.explore);
  const spoken = make("div", { class: "kb-hidden", role: "status", "aria-live": "polite" });
  const glance = button("", () => causes.element.scrollIntoView(), { class: "kb-glance" });
  const explore = make(
    "div",
    { class: "kb-tab" },
    make(
      "div",
      { class: "kb-panes kb-three" },
      make("div", { class: "kb-pane" }, answers.element),
      make(
        "div",
        { class: "kb-pane kb-pair" },
        make("div", { class: "kb-half" }, causes.element, care.element, why.element, network.element),
        make("div", { class: "kb-half" }, asking.element, prior.element, foot(payload)),
      ),
    ),
    glance,
  );
  const tabs = tabsOver(
    prefix,
    [
      { id: "explore", label: "Explore", panel: explore },
      { id: "interview", label: "Interview", panel: interview.element },
      { id: "practice", label: "Virtual patient", panel: practice.element },
    ],
    act.tab,
  );
  const shell = make(
    "div",
    { class: "kb-shell", data: { state: "waiting" } },
    head(payload),
    band.element,
    make(notebook ? "div" : "main", { class: "kb-main" }, tabs.element, explore, interview.element, practice.element, spoken),
  );
  const skip = make("a", {
    class: "kb-skip",
    href: `#${prefix}-causes`,
    text: "Skip to the causes",
    on: {
      click: (event) => {
        event.preventDefault();
        tabs.show("explore");
        causes.element.focus();
      },
    },
  });
  return { band, answers, causes, care, why, network, prior, interview, questions: asking, practice, spoken, glance, tabs, shell, skip, root: shell };
}

/** The patient that an address asks for, such as `#patient=42&difficulty=hard`; null if it asks for none. */
function wantedPatient(hash) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const seed = Number(words.get("patient") ?? "");
  if (!Number.isInteger(seed) || seed <= 0) return null;
  const allowed = (name, list) => (list.includes(words.get(name)) ? words.get(name) : "any");
  return { seed, kind: allowed("kind", KINDS), difficulty: allowed("difficulty", DIFFICULTIES) };
}

/** The title and the honest words, the same as stand on the page before any script has run. */
function head(payload) {
  return make(
    "header",
    { class: "kb-head" },
    make("h1", { text: payload.title }),
    make("p", { class: "kb-what", text: payload.disclaimer }),
  );
}

function foot(payload) {
  return make(
    "footer",
    { class: "kb-foot" },
    make("p", {
      text:
        `A teaching and research model, not medical advice. Every probability is given ` +
        `${payload.labels[payload.complaint]} (${payload.reading}, layer: ${payload.layer}).`,
    }),
    make("p", {
      text:
        "Rare is not impossible: a small probability is no reason to overlook a dangerous cause. " +
        "The colour of the band on top follows signs, whatever the probabilities say.",
    }),
    make("p", { text: `Source: ${payload.source}. Nothing you enter leaves this page.` }),
  );
}
