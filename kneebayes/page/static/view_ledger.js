// Why a cause is as probable as it is: a waterfall of decibans from prior to posterior.
import { DECIBANS_PER_NAT } from "./explain.js";
import { percentText } from "./percent.js";
import { answerText } from "./view_catalog.js";
import { PRIOR, WEIGHT } from "./weights.js";
import { make, numberText, refill, signedText } from "./view_dom.js";

/** The card that explains one cause. */
export function ledgerCard(catalog, prefix, grounds, onSelect) {
  const select = make(
    "select",
    { id: `${prefix}-explained`, on: { change: () => onSelect(select.value) } },
    ...[...catalog.causes.values()].map((cause) => make("option", { value: cause.id, text: cause.label })),
  );
  const about = make("p", { class: "kb-small" });
  const sum = make("p", {});
  const body = make("tbody", {});
  const head = make(
    "tr",
    {},
    make("th", { scope: "col", text: "In the order given" }),
    make("th", { scope: "col", class: "kb-number", text: "Decibans" }),
    make("th", { scope: "col", class: "kb-number", text: "So far" }),
  );
  const table = make(
    "table",
    { class: "kb-table kb-ledger" },
    make("caption", {
      text: "10 decibans multiply the odds by ten, \u221210 divide them by ten. The steps add up exactly.",
    }),
    make("thead", {}, head),
    body,
  );
  const key = make(
    "div",
    { class: "kb-key", "aria-hidden": "true" },
    make("span", { text: "speaks for it" }),
    make("span", { class: "kb-key-against", text: "speaks against it" }),
  );
  const element = make(
    "section",
    { class: "kb-card", "aria-labelledby": `${prefix}-why-title` },
    make("h2", { id: `${prefix}-why-title`, text: "Why" }),
    make(
      "div",
      { class: "kb-row" },
      make("label", { for: select.id, class: "kb-small", text: "Explain" }),
      select,
    ),
    about,
    sum,
    table,
    key,
  );
  return {
    element,
    show(causeId, told) {
      const cause = catalog.causes.get(causeId);
      select.value = causeId;
      about.textContent = cause.about ?? "";
      about.hidden = !cause.about;
      element.hidden = false;
      table.hidden = Boolean(told.tooWide);
      if (told.tooWide) {
        sum.textContent = "One of the steps is more than this page can sum up exactly.";
        return;
      }
      sum.textContent =
        `${percentText(cause.prior)} before any answer, ${percentText(told.posterior)} with all of them.`;
      refill(body, ...ledgerRows(catalog, grounds, cause, told));
    },
  };
}

function ledgerRows(catalog, grounds, cause, told) {
  const start = DECIBANS_PER_NAT * told.priorLogOdds;
  const steps = told.rows.map((row, at) => ({
    text: answerText(catalog, row.id, row.state),
    sources: row.id.startsWith(PRIOR) ? null : grounds.ofAnswer(cause.id, catalog.toldAs(row.id.replace(WEIGHT, ""))),
    decibans: row.decibans,
    from: DECIBANS_PER_NAT * (at === 0 ? told.priorLogOdds : told.rows[at - 1].logOddsAfter),
    to: DECIBANS_PER_NAT * row.logOddsAfter,
  }));
  const reached = [0, start, ...steps.map((step) => step.to)].filter(Number.isFinite);
  const scale = { low: Math.min(...reached) - 1, high: Math.max(...reached) + 1 };
  const first = make(
    "tr",
    {},
    make("th", { scope: "row" }, named("before any answer", scale, 0, start, grounds.ofPrior(cause))),
    make("td", { class: "kb-number", text: "" }),
    make("td", { class: "kb-number kb-small", text: numberText(start) }),
  );
  return [first, ...steps.map((step) => stepRow(step, scale))];
}

function stepRow(step, scale) {
  return make(
    "tr",
    { data: { decibans: String(step.decibans) } },
    make("th", { scope: "row" }, named(step.text, scale, step.from, step.to, step.sources)),
    make("td", { class: "kb-number", text: signedText(step.decibans) }),
    make("td", { class: "kb-number kb-small", text: numberText(step.to) }),
  );
}

function named(text, scale, from, to, sources) {
  const share = (value) => {
    const inside = Math.min(Math.max(value, scale.low), scale.high);
    return (100 * (inside - scale.low)) / (scale.high - scale.low);
  };
  const [left, right] = [share(Math.min(from, to)), share(Math.max(from, to))];
  const bar = make(
    "div",
    { class: "kb-bar", "aria-hidden": "true", data: { sign: to < from ? "-" : "+" } },
    make("u", { style: { left: `${share(0)}%` } }),
    make("i", { style: { left: `${left}%`, width: `max(2px, ${right - left}%)` } }),
  );
  return make("div", { class: "kb-named" }, make("div", {}, make("span", { text }), sources), bar);
}
