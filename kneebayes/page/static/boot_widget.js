// The bridge to Jupyter: answers travel both ways, everything else is the same front end.
import { mountExplorer } from "./app.js";

function render({ model, el }) {
  const root = document.createElement("div");
  el.append(root);
  // or Jupyter takes the arrow keys and letters: it looks at the element that has the focus
  root.addEventListener("focusin", ({ target }) => {
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
  return () => {
    model.off("change:answers", follow);
    explorer.destroy();
  };
}

export default { render };
