// Where the patient is seen and how words are read: the same knowledge with other numbers.
import { make } from "./view_dom.js";

/**
 * The choices of a page; null where there are none. `choice` is `{ lexicon, setting, choose }`:
 * the ids as they are, and what is told the new ones and the element that was used.
 */
export function readingChoice(payload, prefix, choice) {
  if (choice === null) return null;
  const { lexicons, settings } = payload.readings;
  const rows = [
    chosen(`${prefix}-setting`, "Seen in", settings, choice.setting, (setting) =>
      choice.choose({ lexicon: choice.lexicon, setting }, ".kb-setting [id$=-setting]")),
    chosen(`${prefix}-lexicon`, "Words read by", lexicons, choice.lexicon, (lexicon) =>
      choice.choose({ lexicon, setting: choice.setting }, ".kb-setting [id$=-lexicon]")),
  ];
  return make("div", { class: "kb-setting" }, ...rows.flat());
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
