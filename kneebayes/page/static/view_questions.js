// What to ask next: the open questions whose answers tell most, answered with one press.
import { percentText } from "./percent.js";
import { button, make, refill } from "./view_dom.js";

const QUESTIONS_SHOWN = 6;

/** The card of open questions; `act.answer(id, state)` answers one, `act.about(id)` aims. */
export function questionsCard(catalog, prefix, act) {
  const select = aboutSelect(catalog, prefix, act);
  const tests = make("input", { type: "checkbox", id: `${prefix}-tests`, on: { change: () => draw() } });
  const list = make("ol", { class: "kb-questions" });
  const wait = make("p", { class: "kb-wait", text: "Comparing the open questions \u2026" });
  let last = null;
  const element = make(
    "section",
    { class: "kb-card", id: `${prefix}-questions`, "aria-labelledby": `${prefix}-questions-title` },
    make("h2", { id: `${prefix}-questions-title`, text: "What to ask next" }),
    make("p", {
      class: "kb-small",
      text: "First the question whose answer is expected to tell most.",
    }),
    make(
      "div",
      { class: "kb-row kb-controls" },
      make("label", { for: select.id, class: "kb-small", text: "About" }),
      select,
      make("label", { for: tests.id, class: "kb-check" }, tests, make("span", { text: "without tests" })),
    ),
    wait,
    list,
  );

  function draw() {
    if (last === null) return;
    const open = last.filter((row) => !(tests.checked && catalog.findings.get(row.id)?.kind === "test"));
    refill(list, ...open.slice(0, QUESTIONS_SHOWN).map((row) => questionRow(catalog, act, row)));
    wait.hidden = open.length > 0;
    wait.textContent = nothingToAsk(last);
  }

  return {
    element,
    /** The old list stays until the new one is there. */
    wait(done, all) {
      wait.hidden = false;
      wait.textContent = `Comparing the open questions: ${done} of ${all} \u2026`;
    },
    show(rows) {
      last = rows;
      draw();
    },
    /** Say why there is nothing to ask. */
    refuse(text) {
      last = null;
      refill(list);
      wait.hidden = false;
      wait.textContent = text;
    },
  };
}

function nothingToAsk(rows) {
  if (rows.tooWide) return "These answers are too many for this page to compare questions exactly.";
  return rows.certain ? "This is certain already: no answer can change it." : "No question is open.";
}

function aboutSelect(catalog, prefix, act) {
  const select = make(
    "select",
    { id: `${prefix}-about`, on: { change: () => act.about(select.value) } },
    make("option", { value: "", text: "all causes" }),
    make("option", { value: "urgent", text: "any urgent cause" }),
    make(
      "optgroup",
      { label: "groups" },
      ...catalog.payload.groups.map((one) => make("option", { value: one.id, text: one.label })),
    ),
    make(
      "optgroup",
      { label: "causes" },
      ...[...catalog.causes.values()].map((one) => make("option", { value: one.id, text: one.label })),
    ),
  );
  return select;
}

function questionRow(catalog, act, row) {
  const states = catalog.states(row.id);
  const cost = catalog.costOf(row.id);
  const price = cost > 0 ? `, cost ${cost}` : "";
  const chances = states.map(
    (state) => `${catalog.stateLabel(row.id, state)} ${percentText(row.states[state])}`,
  );
  return make(
    "li",
    { data: { question: row.id, bits: String(row.bits) } },
    make(
      "div",
      { class: "kb-question" },
      make("span", { text: row.text }),
      make("div", { class: "kb-small", text: `${row.bits.toFixed(3)} bits${price}; expected: ${chances.join(", ")}` }),
    ),
    make(
      "div",
      { class: "kb-choices", role: "group", "aria-label": catalog.label(row.id) },
      ...states.map((state) =>
        button(catalog.stateLabel(row.id, state), () => act.answer(row.id, state), {
          class: "kb-button",
          "data-key": `ask-${row.id}-${state}`,
        }),
      ),
    ),
  );
}
