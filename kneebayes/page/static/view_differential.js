// What the answers come to: urgency on top of everything, and the ranked causes.
import { percentText } from "./percent.js";
import { button, counted, listed, make, refill } from "./view_dom.js";

const CAUSES_SHOWN = 10; // causes shown before all are asked for

export const PROBABLE = 0.2; // P(urgent cause) from which on the band says so, whatever the signs say
const WIDE = "(min-width: 56rem)"; // where there is room for the signs at once
const FEW = 2; // of more reasons the list may be scrolled, which takes a place for the keyboard

/** The band on top: never hidden, and it sticks to the upper edge. */
export function urgencyBand() {
  const element = make("section", {
    class: "kb-urgency",
    role: "region",
    "aria-label": "Urgency",
    "aria-live": "assertive",
  });
  let before = "";
  return {
    element,
    /**
     * Each case is a name (or none) and its urgency: level, advice, reasons. `probable` is
     * P(an urgent cause explains it), a second voice that is no sign.
     */
    show(cases, probable = 0) {
      const second = cases.some((one) => one.urgency.level === "now") ? 0 : probable;
      const now = JSON.stringify([cases, second >= PROBABLE ? percentText(second) : ""]);
      if (now === before) return; // what is unchanged is not read out again
      before = now;
      refill(
        element,
        ...cases.map((one) => alarm(one.name, one.urgency)),
        second >= PROBABLE ? secondVoice(second, cases) : null,
      );
    },
  };
}

function alarm(name, urgency) {
  const reasons = urgency.reasons.map((reason) => make("li", { text: reasonText(reason) }));
  const advice = make("strong", { text: `${name ? `${name}: ` : ""}${urgency.advice}` });
  const data = { level: urgency.level };
  if (reasons.length === 0) return make("div", { class: "kb-alarm", data }, advice);
  const count = make("span", { class: "kb-signs", text: counted(reasons.length, "reason") });
  return make(
    "details",
    { class: "kb-alarm", data, open: globalThis.matchMedia?.(WIDE).matches ?? true },
    make("summary", {}, advice, count),
    make("ul", reasons.length > FEW ? { tabindex: 0, "aria-label": "Reasons" } : {}, ...reasons),
  );
}

/** Probable, whatever the signs let one wait for: said apart from them. */
function secondVoice(probability, cases) {
  const silent = cases.every((one) => one.urgency.level === "routine");
  const signs = silent ? "No sign says so, but" : "Apart from these signs,";
  return make(
    "div",
    { class: "kb-alarm", data: { level: "probable" } },
    make("strong", { text: `${signs} the probability that an urgent cause explains it is ${percentText(probability)}. Have it looked at soon.` }),
  );
}

/** A reason in words, with the signs that it does not name itself. */
export function reasonText(reason) {
  const signs = reason.signs.filter((sign) => !reason.text.includes(sign));
  return signs.length > 0 ? `${reason.text} (${signs.join(", ")})` : reason.text;
}

/** A bar of a probability with a tick where it was before; its numbers stand beside it. */
export function probabilityBar(posterior, prior) {
  return make(
    "div",
    { class: "kb-bar", "aria-hidden": "true" },
    make("i", { style: { width: `${100 * posterior}%` } }),
    prior === undefined ? null : make("b", { style: { left: `${100 * prior}%` } }),
  );
}

/** The ranked causes. `onSelect(id)` is told which cause is to be explained. */
export function differentialCard(catalog, prefix, onSelect) {
  let all = false;
  let last = null;
  const body = make("tbody", {});
  const note = make("p", { class: "kb-small" });
  const groups = make("p", { class: "kb-small kb-groups" });
  const more = button("", () => {
    all = !all;
    draw();
  }, { class: "kb-button kb-controls", data: { act: "more" } });
  const head = make(
    "tr",
    {},
    make("th", { scope: "col", text: "Cause" }),
    make("th", { scope: "col", class: "kb-number", text: "Explains" }),
    make("th", { scope: "col", class: "kb-number", text: "Present" }),
  );
  const table = make(
    "table",
    { class: "kb-table kb-ranking" },
    make("caption", { text: `Explains: the probability that this cause explains the ${catalog.complaint}; they add up to 100%. Present: that it is there at all, to blame or not.` }),
    make("thead", {}, head),
    body,
  );
  const key = make(
    "div",
    { class: "kb-key", "aria-hidden": "true" },
    make("span", { text: `explains the ${catalog.complaint}, now` }),
    make("span", { class: "kb-key-tick", text: "before any answer" }),
  );
  const element = make(
    "section",
    { class: "kb-card", id: `${prefix}-causes`, tabindex: "-1", "aria-labelledby": `${prefix}-causes-title` },
    make("h2", { id: `${prefix}-causes-title`, text: "What may cause it" }),
    note,
    table,
    key,
    groups,
    make("div", { class: "kb-row" }, more),
  );

  function draw() {
    if (last === null) return;
    const { ranking, selected, anyUrgent } = last;
    const shown = all ? ranking : ranking.slice(0, CAUSES_SHOWN);
    refill(body, ...shown.map((row) => rankedRow(catalog, row, row.id === selected, onSelect)));
    note.textContent =
      `Probability that an urgent cause explains it: ${percentText(anyUrgent)}. Rare is not impossible.`;
    note.dataset.anyUrgent = String(anyUrgent);
    more.textContent = all ? `Show the first ${CAUSES_SHOWN} only` : `Show all ${counted(ranking.length, "cause")}`;
    more.hidden = ranking.length <= CAUSES_SHOWN;
  }

  return {
    element,
    show(told) {
      last = told;
      table.hidden = false;
      draw();
    },
    /** P(a member explains it) of each group, the most probable first. */
    showGroups(told) {
      const texts = told.map((one) => `${one.label} ${percentText(one.posterior)}`);
      groups.textContent = `By group: ${listed(texts)}.`;
      groups.dataset.groups = JSON.stringify(Object.fromEntries(told.map((one) => [one.id, one.posterior])));
      groups.hidden = told.length === 0;
    },
    /** Say why there is nothing to show. */
    refuse(text) {
      last = null;
      refill(body);
      table.hidden = true;
      groups.hidden = true;
      more.hidden = true;
      note.textContent = text;
    },
  };
}

function rankedRow(catalog, row, selected, onSelect) {
  const cause = catalog.causes.get(row.id);
  const name = button(cause.label, () => onSelect(row.id), {
    class: "kb-link",
    "data-key": `cause-${row.id}`,
    title: "Explain this probability",
  });
  const label = make(
    "div",
    {},
    name,
    cause.urgent ? make("span", { class: "kb-flag", text: "urgent", title: "urgent if it is present" }) : null,
  );
  return make(
    "tr",
    {
      "aria-current": selected ? "true" : false,
      data: { cause: row.id, posterior: String(row.posterior), prior: String(row.prior) },
    },
    make(
      "th",
      { scope: "row" },
      make("div", { class: "kb-named" }, label, probabilityBar(row.posterior, row.prior)),
    ),
    make("td", { class: "kb-number kb-now", text: percentText(row.posterior) }),
    make("td", { class: "kb-number kb-small", text: percentText(row.present) }),
  );
}

/** Causes in order of their posterior; those that are equal in the order of the payload. */
export function rankedCauses(catalog, { posterior, present }) {
  return [...catalog.causes.values()]
    .map((cause) => ({
      id: cause.id,
      prior: cause.prior,
      posterior: posterior[cause.id].at(-1),
      present: present[cause.id],
    }))
    .sort((one, other) => other.posterior - one.posterior);
}
