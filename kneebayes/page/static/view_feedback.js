// After a case is closed: the truth, the exact posterior, scores, and what each question brought.
import { infer } from "./engine.js";
import { brierScore, informationOfStep, logScore } from "./patient.js";
import { urgency } from "./urgency.js";
import { answerText } from "./view_catalog.js";
import { probabilityBar, rankedCauses, reasonText } from "./view_differential.js";
import { button, counted, listed, make, percentText } from "./view_dom.js";

const CAUSES_COMPARED = 8; // causes compared, besides those that are present
const SUREST = 1e-6;

/** What a learner is told; `onNext(seed)` opens another patient, the same with its seed. */
export function feedbackCard(catalog, prefix, model, visit, stated, onNext) {
  const exact = infer(model, visit.known());
  const ranking = rankedCauses(catalog, exact.posterior);
  const truth = ranking.filter((row) => visit.patient.states[row.id] === "present");
  const causes = truth.map((row) => catalog.label(row.id));
  return make(
    "section",
    { class: "kb-card kb-feedback", tabindex: "-1", "aria-labelledby": `${prefix}-feedback-title` },
    make("h2", { id: `${prefix}-feedback-title`, text: "What it was" }),
    make("p", { class: "kb-truth", data: { present: visit.patient.causes.join(" ") } }, make("strong", { text: causes.length > 0 ? listed(causes) : "none of the causes" })),
    missedSigns(catalog, model, visit),
    figures(catalog, model, visit, stated, ranking),
    make("p", {
      class: "kb-small",
      text: "Both scores add up over all causes; of both, lower is better. The exact posterior of what you asked is the best that could be stated in the long run; chance may favour you in one case.",
    }),
    make("h3", { text: "Stated and exact" }),
    compared(catalog, ranking, truth, stated),
    make("h3", { text: "What each question brought" }),
    steps(catalog, model, visit),
    make(
      "div",
      { class: "kb-row kb-controls" },
      button("Another patient", () => onNext(), { class: "kb-button kb-main-button", data: { act: "next" } }),
      button("The same patient again", () => onNext(visit.seed), { class: "kb-button", data: { act: "again" } }),
    ),
  );
}

/** Urgent rules that the patient meets and nobody has seen, for want of asking. */
function missedSigns(catalog, model, visit) {
  const seen = new Set(urgency(model, visit.known()).reasons.map((reason) => reason.text));
  const observable = catalog.sections.flatMap((section) => section.nodes)
    .filter((id) => catalog.findings.get(id)?.kind !== "test");
  const all = Object.fromEntries(observable.map((id) => [id, visit.patient.states[id]]));
  const missed = urgency(model, { ...visit.known(), ...all }).reasons
    .filter((reason) => !seen.has(reason.text));
  if (missed.length === 0) {
    return make("p", { text: "No urgent sign was missed.", data: { missed: "0" } });
  }
  const lines = missed.map((reason) => make("li", { text: reasonText(reason) }));
  return make(
    "div",
    { class: "kb-error", data: { missed: String(missed.length) } },
    make("strong", { text: "Urgent signs that nobody asked for:" }),
    make("ul", { class: "kb-list" }, ...lines),
  );
}

function figures(catalog, model, visit, stated, ranking) {
  const present = visit.patient.causes;
  const surprise = (beliefs) => logScore(kept(beliefs), present);
  const exact = Object.fromEntries(ranking.map((row) => [row.id, row.posterior]));
  const prior = Object.fromEntries(ranking.map((row) => [row.id, row.prior]));
  const cells = [
    ["Your logarithmic score", `${surprise(stated).toFixed(2)} bits`, "log", surprise(stated)],
    ["Exact posterior\u2019s score", `${surprise(exact).toFixed(2)} bits`, "exact-log", surprise(exact)],
    ["Score of never asking", `${surprise(prior).toFixed(2)} bits`, "prior-log", surprise(prior)],
    ["Your Brier score", brierScore(stated, present).toFixed(3), "brier", brierScore(stated, present)],
    ["Exact posterior\u2019s Brier score", brierScore(exact, present).toFixed(3), "exact-brier", brierScore(exact, present)],
    [counted(visit.asked.length, "question"), `cost ${visit.cost()}`, "cost", visit.cost()],
  ];
  return make(
    "div",
    { class: "kb-figures" },
    ...cells.map(([label, text, name, value]) =>
      make(
        "div",
        { class: "kb-figure", data: { figure: name, value: String(value) } },
        make("strong", { text }),
        make("span", { class: "kb-small", text: label }),
      ),
    ),
  );
}

/** A stated 0 or 1 counts as a millionth away from it, since the logarithm of 0 has no end. */
function kept(beliefs) {
  const inside = ([id, p]) => [id, Math.min(Math.max(p, SUREST), 1 - SUREST)];
  return Object.fromEntries(Object.entries(beliefs).map(inside));
}

function compared(catalog, ranking, truth, stated) {
  const present = new Set(truth.map((row) => row.id));
  const weight = (row) => Math.max(row.posterior, stated[row.id]);
  const first = [...ranking].sort((one, other) => weight(other) - weight(one)).slice(0, CAUSES_COMPARED);
  const shown = ranking.filter((row) => first.includes(row) || present.has(row.id));
  const rows = shown.map((row) =>
    make(
      "tr",
      { data: { feedback: row.id, posterior: String(row.posterior), stated: String(stated[row.id]) } },
      make(
        "th",
        { scope: "row" },
        make(
          "div",
          { class: "kb-named" },
          make(
            "div",
            {},
            make("span", { text: catalog.label(row.id) }),
            present.has(row.id) ? make("span", { class: "kb-flag kb-true", text: "present" }) : null,
          ),
          probabilityBar(row.posterior, stated[row.id]),
        ),
      ),
      make("td", { class: "kb-number", text: percentText(stated[row.id]) }),
      make("td", { class: "kb-number", text: percentText(row.posterior) }),
    ),
  );
  return make(
    "table",
    { class: "kb-table" },
    make("caption", { text: "Bar: exact posterior of what was asked. Tick: what you stated." }),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { scope: "col", text: "Cause" }),
        make("th", { scope: "col", class: "kb-number", text: "Stated" }),
        make("th", { scope: "col", class: "kb-number", text: "Exact" }),
      ),
    ),
    make("tbody", {}, ...rows),
  );
}

function bestText(catalog, open, id) {
  if (open.length === 0) return "nothing was open";
  return open[0].id === id ? "this one" : `${catalog.label(open[0].id)} (${open[0].bits.toFixed(2)})`;
}

function steps(catalog, model, visit) {
  if (visit.asked.length === 0) return make("p", { class: "kb-small", text: "Nothing was asked." });
  const rows = visit.asked.map((id, at) => {
    const [before, after] = [visit.known(at), visit.known(at + 1)];
    const gained = informationOfStep(model, before, after);
    const expected = make("td", { class: "kb-number", text: "\u2026" });
    const best = make("td", { text: "\u2026" });
    visit.bestAt(at, (open) => {
      expected.textContent = (open.find((row) => row.id === id)?.bits ?? 0).toFixed(2);
      best.textContent = bestText(catalog, open, id);
    });
    return make(
      "tr",
      { data: { step: id, gained: String(gained) } },
      make("th", { scope: "row", text: answerText(catalog, id, after[id]) }),
      make("td", { class: "kb-number", text: gained.toFixed(2) }),
      expected,
      best,
    );
  });
  return make(
    "table",
    { class: "kb-table" },
    make("caption", { text: "In bits, over all causes: what the answer told, what was expected of it, and the best question at that moment." }),
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { scope: "col", text: "Asked" }),
        make("th", { scope: "col", class: "kb-number", text: "Gained" }),
        make("th", { scope: "col", class: "kb-number", text: "Expected" }),
        make("th", { scope: "col", text: "Best then" }),
      ),
    ),
    make("tbody", {}, ...rows),
  );
}
