// One question a screen: why it is asked, and what each answer would do.
import { percentText } from "./percent.js";
import { button, counted, make, refill } from "./view_dom.js";

const LEAST_BITS = 0.01; // bits; below this no question is worth a screen

/** The panel of the interview; it answers into the same patient as the explorer. */
export function interviewPanel(catalog, prefix, act) {
  const passed = new Set();
  let given = []; // ids of what was answered here, the last at the end
  let moving = false; // a press leads to the next question, and the keyboard with it
  const tests = make("input", { type: "checkbox", id: `${prefix}-interview-tests`, on: { change: () => draw() } });
  const screen = make("section", { class: "kb-card kb-interview", tabindex: "-1", "aria-label": "One question" });
  const element = make(
    "div",
    { class: "kb-tab" },
    make("div", { class: "kb-single" }, screen,
      make("p", { class: "kb-row kb-controls" }, make("label", { for: tests.id, class: "kb-check" }, tests, make("span", { text: "offer tests too" })))),
  );
  let last = null;

  function draw() {
    if (last === null) return;
    const { rows, answers, top } = last;
    const open = rows.filter((row) => !passed.has(row.id) && row.bits >= LEAST_BITS && (tests.checked || !(row.cost > 0)));
    const count = make("p", { class: "kb-small", role: "status", text: `${counted(answers.size, "answer")} so far. Leading: ${top}.` });
    if (open.length === 0) {
      const end = make("h2", { text: "No question would tell much more", tabindex: "-1" });
      refill(screen, end, count, finish());
      reach(end);
      return;
    }
    const question = make("h2", { text: open[0].text, tabindex: "-1" });
    refill(screen, question, count, ...asked(open[0]), finish());
    reach(question);
  }

  /** Lead the keyboard, and who is read to, to what stands on the screen now. */
  function reach(heading) {
    if (moving) heading.focus();
    moving = false;
  }

  function asked(row) {
    const price = row.cost > 0 ? `It costs ${row.cost}. ` : "";
    const why = `Asked because it is expected to tell ${row.bits.toFixed(2)} bits, most of all about ${catalog.label(row.speaksOf)}. ${price}`;
    const states = catalog.states(row.id);
    const outcome = (state) => row.outcomes.find((one) => one.state === state);
    return [
      make("p", { class: "kb-small", text: why }),
      make("ul", { class: "kb-list kb-outcomes" }, ...states.filter(outcome).map((state) => make("li", {},
        button(catalog.stateLabel(row.id, state), () => say(row.id, state), { class: "kb-button kb-main-button", data: { interview: row.id, state } }),
        make("span", { class: "kb-small", text: effect(outcome(state)) })))),
      button("I do not know: next question", () => {
        passed.add(row.id);
        moving = true;
        draw();
      }, { class: "kb-button", data: { act: "pass" } }),
    ];
  }

  function say(id, state) {
    given = [...given.filter((one) => one !== id), id];
    moving = true;
    act.answer(id, state);
  }

  function takeBack(id) {
    given = given.filter((one) => one !== id);
    moving = true;
    act.answer(id, "");
  }

  function effect(outcome) {
    const causes = outcome.top.slice(0, 3).map(({ id, p }) => `${catalog.label(id)} ${percentText(p)}`);
    const more = { now: " It would be a reason to go now.", soon: " It would be a reason to see a doctor soon." };
    const level = outcome.level === last.level ? "" : more[outcome.level] ?? "";
    return `Probability ${percentText(outcome.probability)}; then ${causes.join(", ")}.${level}`;
  }

  function finish() {
    const id = given.findLast((one) => last.answers.has(one));
    const back = id === undefined ? null : button(`Take back: ${catalog.label(id)}, ${catalog.stateLabel(id, last.answers.get(id))}`, () => takeBack(id), { class: "kb-button", data: { act: "take-back" } });
    return make("div", { class: "kb-row kb-controls" }, back, button("See all causes", () => act.finish(), { class: "kb-button", data: { act: "finish" } }));
  }

  return {
    element,
    wait() {
      if (last === null) refill(screen, make("p", { class: "kb-wait", text: "Comparing the open questions \u2026" }));
    },
    /** `answers` are states by id; `level` is how urgent it is already. */
    show(rows, answers, top, level) {
      last = { rows, answers, top, level };
      draw();
    },
    forget() {
      passed.clear();
      given = [];
    },
  };
}
