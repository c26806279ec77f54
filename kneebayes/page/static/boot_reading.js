// A history in plain words, read by Python: the text with its marks, and a button that takes over
// what was understood. Nothing is taken over before somebody has looked.
import { make, refill } from "./view_dom.js";

const MARKS = {
  present: "#cdeac0",
  absent: "#f3c6c6",
  perhaps: "#fdeeb5",
  past: "#dedede",
  other: "#d9d6f2",
};

/** The box; `onRead` is told the text, `onUse` that what was understood is to be used. */
export function makeReading({ onRead, onUse }) {
  const field = make("textarea", {
    rows: 4,
    "aria-label": "History in plain words",
    style: { width: "100%", "box-sizing": "border-box" },
  });
  const shown = make("p", { style: { "white-space": "pre-wrap" }, "aria-live": "polite" });
  const note = make("p");
  const use = make("button", {
    type: "button",
    text: "Use these answers",
    disabled: true,
    on: { click: onUse },
  });
  const read = make("button", {
    type: "button",
    text: "Read",
    on: { click: () => onRead(field.value) },
  });
  const summary = make("summary", { text: "Read a history in plain words" });
  const element = make("details", {}, summary, field, read, shown, note, use);
  return { element, show };

  function show({ pieces = [], answers = {}, note: remark = "" }) {
    refill(shown, ...pieces.map(markedPiece));
    note.textContent = remark;
    use.disabled = Object.keys(answers).length === 0;
  }
}

function markedPiece([words, status, title]) {
  if (!status) return document.createTextNode(words);
  const style = { "background-color": MARKS[status], color: "#1b1b1b" };
  return make("mark", { text: words, title, style });
}
