// Drag a prior: the ranking, a hundred people and the nomogram move together.
import { percentText } from "./percent.js";
import { button, make, refill } from "./view_dom.js";
import { nomogram, people } from "./view_svg.js";

const LEAST = Math.log(0.0001 / 0.9999);
const STEPS = 400;

/** The card of one cause's prior; `act.prior(id, probability)` is told, null to take it back. */
export function priorCard(catalog, prefix, act) {
  let cause = null;
  const name = make("strong", {});
  const range = make("input", {
    type: "range",
    id: `${prefix}-prior`,
    min: "0",
    max: String(STEPS),
    step: "1",
    on: { input: () => act.prior(cause, probabilityAt(Number(range.value))) },
  });
  const told = make("p", { role: "status" });
  const pictures = make("div", { class: "kb-pictures" });
  const back = button("As the model has it", () => act.prior(cause, null), { class: "kb-button", data: { act: "prior-back" } });
  const element = make(
    "section",
    { class: "kb-card", "aria-labelledby": `${prefix}-prior-title` },
    make("h2", { id: `${prefix}-prior-title`, text: "Drag the prior" }),
    make("p", { class: "kb-small", text: "Where you work it may be more common, or less. Everything on this page moves with it." }),
    make("label", { for: range.id }, make("span", { class: "kb-small", text: "Before any answer: " }), name),
    make("div", { class: "kb-row" }, range, back),
    told,
    pictures,
  );
  return {
    element,
    /** `prior` as it stands now, `posterior` with all answers. */
    show(id, prior, posterior, dragged) {
      cause = id;
      const label = catalog.label(id);
      name.textContent = label;
      if (document.activeElement !== range) range.value = String(stepAt(prior));
      range.setAttribute("aria-valuetext", `${label}: ${percentText(prior)}`);
      back.disabled = !dragged;
      const odds = (p) => p / (1 - p);
      const ratio = odds(posterior) / odds(prior);
      told.textContent =
        `${percentText(prior)} before any answer${dragged ? " (yours)" : ""}, ${percentText(posterior)} with all of them: ` +
        `the answers together have a likelihood ratio of ${Number(ratio.toPrecision(2))}.`;
      told.dataset.prior = String(prior);
      told.dataset.posterior = String(posterior);
      refill(
        pictures,
        picture("Of 100 who come", people(prior, `${percentText(prior)} of 100 people`)),
        picture("Of 100 with these answers", people(posterior, `${percentText(posterior)} of 100 people`)),
        picture("From before to after", nomogram(prior, posterior, `Nomogram: from ${percentText(prior)} to ${percentText(posterior)}`)),
      );
    },
  };
}

function picture(caption, drawn) {
  return make("figure", {}, drawn, make("figcaption", { class: "kb-small", text: caption }));
}

/** Equal steps of log-odds, so that a rare cause can be dragged as finely as a common one. */
function probabilityAt(step) {
  return 1 / (1 + Math.exp(-(LEAST - (2 * LEAST * step) / STEPS)));
}

function stepAt(probability) {
  const value = Math.log(probability / (1 - probability));
  return Math.round((STEPS * (value - LEAST)) / (-2 * LEAST));
}
