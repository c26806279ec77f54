// The bridge to Jupyter: answers travel both ways, everything else is the same front end.
import { mountExplorer } from "./app.js";
import { makeReading } from "./boot_reading.js";

function render({ model, el }) {
  const root = document.createElement("div");
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
  el.append(reading.element, root);
  // or Jupyter takes the arrow keys and letters: it looks at the element that has the focus
  el.addEventListener("focusin", ({ target }) => {
    target.setAttribute("data-lm-suppress-shortcuts", "true");
  });
  const explorer = mountExplorer(root, JSON.parse(model.get("_payload")), {
    answers: model.get("answers"),
    notebook: true,
    onAnswers(answers) {
      model.set("answers", answers);
      model.save_changes();
    },
  });
  const follow = () => {
    const said = model.get("answers");
    if (JSON.stringify(said) !== JSON.stringify(explorer.answers())) explorer.setAnswers(said);
  };
  model.on("change:answers", follow);
  const understood = () => reading.show(model.get("_understood"));
  model.on("change:_understood", understood);
  return () => {
    model.off("change:answers", follow);
    model.off("change:_understood", understood);
    explorer.destroy();
  };
}

export default { render };
