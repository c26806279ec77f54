// What a learner states: one probability for each cause, by slider or by number.
import { percentText } from "./percent.js";
import { filled } from "./reasons.js";
import { button, counted, listed, make } from "./view_dom.js";

const GUESSES_SHOWN = 8;

const ADVICE = [
  ["routine", "Routine"],
  ["soon", "See a doctor soon"],
  ["now", "Go to a doctor now"],
];

/**
 * The card of stated probabilities and advice. `onClose({ stated, named, advice })` is called
 * once: P(present) by cause, ids of those that were moved, and a level of urgency or nothing.
 * `onNote(stated)` is called as often as the learner likes, with those that were moved so far;
 * it gives the number of questions after which they were stated.
 */
export function guessCard(catalog, prefix, start, { onNote, onClose }) {
  const rows = start.map((one) => guessRow(catalog, prefix, one, share));
  const rest = make("details", { class: "kb-rest" },
    make("summary", { text: `The other ${counted(rows.length - GUESSES_SHOWN, "cause")}` }),
    ...rows.slice(GUESSES_SHOWN).map((row) => row.element),
  );
  rest.hidden = rows.length <= GUESSES_SHOWN;
  const advice = adviceField(prefix);
  const close = button("Close the case", finish, { class: "kb-button kb-main-button", data: { act: "close" } });
  const noted = make("p", { class: "kb-small", role: "status" });
  const note = button("Note it, and go on asking", jotDown, { class: "kb-button", data: { act: "note" } });
  const element = make(
    "section",
    { class: "kb-card", "aria-labelledby": `${prefix}-guess-title` },
    make("h2", { id: `${prefix}-guess-title`, text: "How probable is each cause?" }),
    make("p", {
      class: "kb-small",
      text: `How probable is it that this cause explains the ${catalog.complaint}? Each slider starts at what is true of everybody with this complaint, whoever this patient is; move those that you want to change. What that leaves of 100% is shared by the others.`,
    }),
    ...rows.slice(0, GUESSES_SHOWN).map((row) => row.element),
    rest,
    advice.element,
    make("div", { class: "kb-row kb-close" }, close, note),
    make("p", { class: "kb-small", text: "Note early what you believe, go on asking, and say it again at the end: the feedback shows how far the answers moved you." }),
    noted,
  );

  /** Causes that were not moved share what the others leave. */
  function share() {
    const priors = Object.fromEntries(start.map((one) => [one.id, one.probability]));
    const moved = rows.filter((row) => row.named()).map((row) => [row.id, row.probability()]);
    const shares = filled(priors, Object.fromEntries(moved));
    rows.filter((row) => !row.named()).forEach((row) => row.show(shares[row.id]));
  }

  function jotDown() {
    const moved = rows.filter((row) => row.named());
    if (moved.length === 0) {
      noted.textContent = "Move a cause first: nothing is stated yet.";
      return;
    }
    const questions = onNote(Object.fromEntries(moved.map((row) => [row.id, row.probability()])));
    const words = moved.map((row) => `${catalog.label(row.id)} ${percentText(row.probability())}`);
    noted.textContent = `Noted after ${counted(questions, "question")}: ${listed(words)}.`;
  }

  function finish() {
    if (!rows.some((row) => row.named())) {
      noted.textContent = "Say first how probable at least one cause is.";
      return;
    }
    onClose({
      stated: Object.fromEntries(rows.map((row) => [row.id, row.probability()])),
      named: rows.filter((row) => row.named()).map((row) => row.id),
      advice: advice.chosen(),
    });
  }

  return { element };
}

/** How urgent the learner says it is; the page says so only after the case is closed. */
function adviceField(prefix) {
  const inputs = ADVICE.map(([level]) =>
    make("input", { type: "radio", name: `${prefix}-advice`, value: level }),
  );
  const choices = ADVICE.map(([, words], at) =>
    make("label", { class: "kb-choice" }, inputs[at], make("span", { text: words })),
  );
  return {
    chosen: () => inputs.find((input) => input.checked)?.value ?? "",
    element: make(
      "fieldset",
      { class: "kb-answer", data: { advice: "true" } },
      make("legend", {}, make("span", { text: "How urgent is it?" })),
      make("div", { class: "kb-choices" }, ...choices),
    ),
  };
}

function guessRow(catalog, prefix, { id, probability }, onMoved) {
  const shown = Number((100 * probability).toPrecision(2));
  let stated = probability; // unrounded until the learner moves it
  let named = false;
  const range = make("input", {
    type: "range",
    min: "0",
    max: "100",
    step: "any", // or a rare cause would start at 0 beside the number that it has
    value: String(shown),
    "aria-label": `${catalog.label(id)}, percent, slider`,
    on: {
      input: () => {
        range.value = String(Math.round(range.value));
        take(range.value, number);
      },
    },
  });
  const number = make("input", {
    type: "number",
    id: `${prefix}-guess-${id}`,
    min: "0",
    max: "100",
    step: "any",
    value: String(shown),
    on: { input: () => take(number.value, range) },
  });

  function take(percent, other) {
    const value = Number(percent);
    if (percent === "" || !Number.isFinite(value)) return;
    stated = Math.min(Math.max(value, 0), 100) / 100;
    named = true;
    other.value = percent;
    onMoved();
  }

  function show(share) {
    stated = share;
    range.value = number.value = String(Number((100 * share).toPrecision(2)));
  }

  return {
    id,
    probability: () => stated,
    named: () => named,
    show,
    element: make(
      "div",
      { class: "kb-guess", data: { guess: id } },
      make("label", { for: number.id, text: catalog.label(id) }),
      range,
      make("span", { class: "kb-percent" }, number, make("span", { text: "%" })),
    ),
  };
}
