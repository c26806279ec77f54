// What may be done, as the source gives it: for the complaint, and for each likely cause.
import { percentText } from "./percent.js";
import { make, refill } from "./view_dom.js";

/** The card of care; hidden where the source says nothing. */
export function careCard(prefix, grounds) {
  const list = make("ul", { class: "kb-care" });
  const element = make(
    "section",
    { class: "kb-card", hidden: true, "aria-labelledby": `${prefix}-care-title` },
    make("h2", { id: `${prefix}-care-title`, text: "Care according to the source" }),
    list,
  );
  return {
    element,
    /** The sentences, those about the same together. */
    show(lines) {
      const subjects = new Map();
      for (const line of lines) {
        const subject = line.about ? `${line.about} (${percentText(line.probability)})` : "whatever the cause";
        subjects.set(subject, [...(subjects.get(subject) ?? []), line]);
      }
      refill(list, ...[...subjects].map(([subject, told]) => careItem(grounds, subject, told)));
      element.hidden = lines.length === 0;
    },
    /** Say nothing where the answers contradict each other. */
    refuse() {
      element.hidden = true;
    },
  };
}

function careItem(grounds, subject, lines) {
  return make(
    "li",
    {},
    make("p", {}, make("strong", { text: `${subject}: ` }), lines.map((line) => line.text).join(" ")),
    grounds.ofClaims(lines.flatMap((line) => line.because)),
  );
}
