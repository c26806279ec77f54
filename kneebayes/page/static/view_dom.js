// Elements made by hand: text only ever goes in as text, styles only through properties, so
// that names with markup stay names and the page's security policy holds.
import { slipsBetween } from "./hearing.js";

let instancesMade = 0;

/** A prefix for element ids that no other explorer on the same page has. */
export function uniquePrefix() {
  instancesMade += 1;
  return `kneebayes-${instancesMade}-${Math.random().toString(36).slice(2, 8)}`;
}

/**
 * An element. `text` is its text, `on` its listeners, `data` its data attributes, `style` its
 * CSS properties; false, null and undefined leave an attribute out, true makes it empty.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "text") element.textContent = value;
    else if (name === "on") listen(element, value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "style") setStyle(element, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) {
    element.addEventListener(event, listener);
  }
}

function setStyle(element, properties) {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, value);
}

/** Put new children in the place of the old; focus stays on the element with the same key. */
export function refill(element, ...children) {
  const focused = element.contains(document.activeElement)
    ? document.activeElement.getAttribute("data-key")
    : null;
  const top = element.scrollTop;
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
  element.scrollTop = top;
  if (focused === null) return;
  const again = [...element.querySelectorAll("[data-key]")].find(
    (one) => one.getAttribute("data-key") === focused,
  );
  if (again) again.focus({ preventScroll: true });
}

/** A number with its sign, a true minus. */
export function signedText(number, digits = 1) {
  const size = Math.abs(number).toFixed(digits);
  if (Number(size) === 0) return size;
  return `${number < 0 ? "\u2212" : "+"}${size}`;
}

/** A number with a true minus. */
export function numberText(number, digits = 1) {
  return number.toFixed(digits).replace("-", "\u2212");
}

/** Words joined as in a sentence. */
export function listed(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** One of two words by number. */
export function counted(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

/** A button that is one. */
export function button(text, onClick, attributes = {}) {
  return make("button", { type: "button", text, on: { click: onClick }, ...attributes });
}

/** Text for eyes that hear. */
export function hiddenText(text) {
  return make("span", { class: "kb-hidden", text });
}

/** A name without the differences that do not matter to a search. */
export function folded(name) {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u2019\u2018`\u00b4']/g, "")
    .replace(/[\s_\-\u2010-\u2015\u2212:/,()]+/g, " ")
    .trim();
}

const LONG = 4; // letters of a word that says something by itself

/** How a search finds a text that is folded already; what comes later counts where nothing before it does. */
const WAYS = {
  exactly: (words, text) => words.every((word) => text.includes(word)),
  nearly: (words, text) => words.every((word) => text.includes(word) || text.split(" ").some((one) => isNearly(word, one))),
  partly: (words, text) => words.some((word) => word.length >= LONG && text.includes(word)),
};

/** Whether a search finds a text in one of the `WAYS`. */
export function matches(search, text, way = "exactly") {
  return WAYS[way](folded(search).split(" "), text);
}

/**
 * Search sections of a list: what has all words, or nearly so, or one of them. Each section's
 * `filter(search, way)` tells its hits. Returns what to say about it.
 */
export function searchSections(sections, search, total) {
  const found = (way) => sections.map((section) => section.filter(search, way)).reduce((sum, one) => sum + one, 0);
  const hits = found("exactly") || (search === "" ? 0 : found("nearly"));
  if (search === "") return "";
  if (hits > 0) return `${hits} of ${total} shown`;
  const some = found("partly");
  return some > 0 ? `Nothing has all of these words; ${counted(some, "entry has", "entries have")} one of them` : "Nothing here is called so";
}

/** Whether a word begins like another, but for a slip of the fingers or two. */
function isNearly(word, other) {
  const slips = word.length < 4 ? 0 : word.length < 7 ? 1 : 2;
  if (slips === 0 || other.length < word.length - slips) return false;
  return [...Array(2 * slips + 1).keys()].some(
    (at) => slipsBetween(word, other.slice(0, word.length - slips + at)) <= slips,
  );
}
