// The list of all that can be told of a patient: real radio buttons, in sections, with a search.
import { answerText, readAnswers } from "./view_catalog.js";
import { button, counted, folded, make, matches, refill, searchSections } from "./view_dom.js";
import { PERHAPS } from "./weights.js";

/**
 * The card of answers.
 *
 * `act` holds what may be done: `answer(id, state)` with an empty state for unknown,
 * `reset()` and `replace(answers)`; `seenIn` is the choice of the setting, or null.
 */
export function answersCard(catalog, prefix, act, seenIn) {
  const told = make("ul", { class: "kb-told", "aria-label": "What is known; press to take back" });
  const found = make("p", { class: "kb-small", role: "status" });
  const sections = catalog.sections.map((section) => answerSection(catalog, prefix, act, section));
  const search = searchBox(catalog, prefix, sections, found);
  const sharing = sharingBox(catalog, prefix, act);
  const element = make(
    "section",
    { class: "kb-card", id: `${prefix}-answers`, tabindex: "-1", "aria-labelledby": `${prefix}-answers-title` },
    make("h2", { id: `${prefix}-answers-title`, text: "What is known" }),
    make("p", { class: "kb-small", text: "What you do not answer counts as unknown, not as absent." }),
    seenIn,
    told,
    search,
    found,
    ...sections.map((section) => section.element),
    sharing.element,
  );
  return {
    element,
    show(answers) {
      sections.forEach((section) => section.show(answers));
      refill(told, ...chips(catalog, answers, act));
      told.hidden = answers.size === 0;
      sharing.show(answers);
    },
  };
}

function chips(catalog, answers, act) {
  return [...answers].map(([id, state]) =>
    make(
      "li",
      {},
      button(answerText(catalog, id, state), () => act.answer(id, ""), {
        class: "kb-chip",
        "data-key": `chip-${id}`,
        title: "Take this answer back",
      }),
    ),
  );
}

function answerSection(catalog, prefix, act, section) {
  const items = section.nodes.map((id) => answerItem(catalog, prefix, act, id));
  const count = make("span", { class: "kb-small" });
  const element = make(
    "details",
    { class: "kb-kind", open: section.kind === "symptom", data: { section: section.id } },
    make("summary", {}, make("h3", { text: section.label }), count),
    ...items.map((item) => item.element),
  );
  let openBefore = element.open;
  let searching = false;
  return {
    element,
    items,
    show(answers) {
      const known = section.nodes.filter((id) => answers.has(id)).length;
      count.textContent = known > 0 ? `${known} of ${items.length} known` : `${items.length}`;
      items.forEach((item) => item.show(answers.get(item.id) ?? ""));
    },
    /** Show only what a search finds, first what is called so; all of it, folded as before, without. */
    filter(search, way) {
      if (search && !searching) openBefore = element.open;
      searching = search !== "";
      const isCalled = (item) => search !== "" && matches(search, folded(catalog.label(item.id)), way);
      const order = [...items.filter(isCalled), ...items.filter((item) => !isCalled(item))];
      element.append(...order.map((item) => item.element));
      const hits = items.filter((item) => item.filter(search, way)).length;
      element.hidden = hits === 0;
      element.open = search ? hits > 0 : openBefore;
      return hits;
    },
  };
}

function answerItem(catalog, prefix, act, id) {
  const label = catalog.label(id);
  const perhaps = catalog.canBePerhaps(id) ? ["perhaps"] : [];
  const states = [...catalog.states(id), ...perhaps, ""];
  const inputs = states.map((state) =>
    make("input", {
      type: "radio",
      name: `${prefix}-${id}`,
      value: state,
      checked: state === "",
      on: { change: () => act.answer(id, state) },
    }),
  );
  const choices = states.map((state, at) => {
    const word = state === "" ? "unknown" : catalog.stateLabel(id, state);
    return make("label", { class: "kb-choice" }, inputs[at], make("span", { text: word }));
  });
  const question = catalog.payload.questions[id];
  const element = make(
    "fieldset",
    { class: "kb-answer", data: { node: id } },
    make(
      "legend",
      {},
      make("span", { text: label }),
      question ? make("span", { class: "kb-small", text: question }) : null,
    ),
    make("div", { class: "kb-choices" }, ...choices),
  );
  const text = catalog.searchText(id);
  return {
    id,
    element,
    show(state) {
      inputs.forEach((input) => {
        input.checked = input.value === state;
      });
    },
    filter(search, way) {
      const hit = !search || matches(search, text, way);
      element.hidden = !hit;
      return hit;
    },
  };
}

function searchBox(catalog, prefix, sections, found) {
  const total = sections.reduce((sum, section) => sum + section.items.length, 0);
  const input = make("input", {
    type: "search",
    id: `${prefix}-search`,
    placeholder: `${catalog.payload.examples.searches.join(", ")} \u2026`,
    autocomplete: "off",
    on: {
      input: () => {
        found.textContent = searchSections(sections, input.value.trim(), total);
      },
    },
  });
  const label = make("label", { for: input.id, class: "kb-small", text: "Search by any name" });
  return make("div", { class: "kb-search" }, label, input);
}

function sharingBox(catalog, prefix, act) {
  const area = make("textarea", { id: `${prefix}-json`, rows: "5", spellcheck: "false" });
  const said = make("p", { class: "kb-small", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(area.value);
      said.textContent = "Copied.";
    } catch {
      area.focus();
      area.select();
      said.textContent = "Selected: copy it with your keyboard or the menu.";
    }
  };
  const use = () => {
    try {
      const answers = readAnswers(catalog, area.value);
      act.replace(answers);
      said.textContent = `Took over ${counted(Object.keys(answers).length, "answer")}.`;
    } catch (error) {
      said.textContent = error.message;
    }
  };
  const element = make(
    "div",
    { class: "kb-controls" },
    make(
      "div",
      { class: "kb-row" },
      button("Forget all answers", act.reset, { class: "kb-button", data: { act: "reset" } }),
    ),
    make(
      "details",
      { class: "kb-share" },
      make("summary", {}, make("span", { text: "Share these answers as text" })),
      make("label", {
        for: area.id,
        class: "kb-small",
        text: "The answers as JSON: copy them, or put others here. Python understands the same text.",
      }),
      area,
      make(
        "div",
        { class: "kb-row" },
        button("Copy", copy, { class: "kb-button", data: { act: "copy" } }),
        button("Use this text", use, { class: "kb-button", data: { act: "use" } }),
        said,
      ),
    ),
  );
  return {
    element,
    show(answers) {
      const said = [...answers].map(([id, state]) => [id, state === "perhaps" ? PERHAPS : state]);
      area.value = JSON.stringify(Object.fromEntries(said), null, 1);
    },
  };
}
