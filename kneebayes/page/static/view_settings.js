// Where the patient is seen and how words are read: the same knowledge with other numbers.
import { make } from "./view_dom.js";

/**
 * The choices of a page; null where there are none. `choice` is `{ layer, lexicon, setting, used,
 * choose(kind, id) }`: the ids as they are, which kind was chosen last (none at first), and what
 * is told another one.
 */
export function readingChoice(payload, prefix, choice) {
  if (choice === null) return null;
  const { lexicons = [], settings = [] } = payload.readings ?? {};
  const row = (kind, text, options) =>
    chosen(`${prefix}-${kind}`, text, options, choice[kind], (id) => choice.choose(kind, id));
  const words = [
    ...row("lexicon", "Words read by", lexicons),
    ...row("layer", "Taken from", payload.layers ?? []),
  ];
  return make("div", { class: "kb-setting" }, ...row("setting", "Seen in", settings), wordsBox(choice, words, [
    [lexicons, choice.lexicon],
    [payload.layers ?? [], choice.layer],
  ]));
}

/** How words become numbers: folded until it is wanted, with what is chosen in its first line. */
function wordsBox(choice, rows, choices) {
  if (rows.length === 0) return null;
  const labels = choices.flatMap(([options, id]) => options.filter((option) => option.id === id).map((option) => option.label));
  const isOther = choices.some(([options, id]) => options.length > 0 && options[0].id !== id);
  return make("details", { open: isOther || ["lexicon", "layer"].includes(choice.used) },
    make("summary", { class: "kb-small", text: `Words as numbers: ${labels.join(", ")}` }),
    make("div", { class: "kb-setting" }, ...rows));
}

/** A choice among some and what it means; nothing where there is but one. */
function chosen(id, text, options, current, choose) {
  if (options.length < 2) return [];
  const select = make(
    "select",
    { id, on: { change: () => choose(select.value) } },
    ...options.map((option) => make("option", { value: option.id, text: option.label, selected: option.id === current })),
  );
  const { about } = options.find((option) => option.id === current);
  return [
    make("span", { class: "kb-labelled" }, make("label", { for: id, class: "kb-small", text }), select),
    about ? make("p", { class: "kb-small", text: about }) : null,
  ];
}
