// The bridge to Jupyter: answers travel both ways, everything else is the same front end.
import { mountExplorer } from "./app.js";
import { makeReading } from "./boot_reading.js";
import { make } from "./view_dom.js";

function render({ model, el }) {
  const root = document.createElement("div");
  const remark = make("p", { class: "kb-small", role: "status", style: { margin: "0" } });
  const reading = makeReading({
    onRead(text) {
      model.set("history", text);
      model.save_changes();
    },
    onUse() {
      model.set("answers", { ...explorer.answers(), ...model.get("_understood").answers });
      model.save_changes();
      follow();
    },
  });
  el.append(reading.element, remark, root);
  // or Jupyter takes the arrow keys and letters: it looks at the element that has the focus
  el.addEventListener("focusin", ({ target }) => {
    target.setAttribute("data-lm-suppress-shortcuts", "true");
  });
  let explorer = null;
  let used = "";
  let times = 0;

  /** Show the model as Python has read it; the answers stay. */
  function mount() {
    explorer?.destroy();
    const { lexicons = [], settings = [], layers = [] } = model.get("_choices") ?? {};
    const payload = { ...JSON.parse(model.get("_payload")), readings: { lexicons, settings }, layers };
    explorer = mountExplorer(root, payload, {
      answers: model.get("answers"),
      notebook: true,
      choice: {
        lexicon: payload.lexicon.id,
        layer: payload.layer,
        setting: payload.setting ?? "",
        used,
        choose(kind, id) {
          used = kind;
          times += 1; // or the same choice, made again, would be no change
          remark.textContent = "Python reads the words anew \u2026";
          model.set("_wanted", { kind, id, times });
          model.save_changes();
        },
      },
      onAnswers(answers) {
        model.set("answers", answers);
        model.save_changes();
      },
    });
  }

  const follow = () => {
    const said = model.get("answers");
    if (JSON.stringify(said) !== JSON.stringify(explorer.answers())) explorer.setAnswers(said);
  };
  const readAnew = () => {
    remark.textContent = "";
    mount();
    if (used !== "") root.querySelector(`.kb-setting [id$=-${used}]`)?.focus();
  };
  const refused = () => {
    if (model.get("_remark") === "") return;
    mount(); // the choice goes back to what it was
    remark.textContent = model.get("_remark");
  };
  const understood = () => reading.show(model.get("_understood"));
  const heard = { "change:answers": follow, "change:_payload": readAnew, "change:_remark": refused, "change:_understood": understood };
  mount();
  Object.entries(heard).forEach(([name, act]) => model.on(name, act));
  return () => {
    Object.entries(heard).forEach(([name, act]) => model.off(name, act));
    explorer.destroy();
  };
}

export default { render };
