// Two tabs as the ARIA practices describe them: arrows move, only the chosen one is a tab stop.
import { make } from "./view_dom.js";

/** Tabs over panels: `[{ id, label, panel }]`; `onShow(id)` is told which is shown. */
export function tabsOver(prefix, tabs, onShow) {
  const buttons = tabs.map((tab) =>
    make("button", {
      type: "button",
      role: "tab",
      id: `${prefix}-tab-${tab.id}`,
      "aria-controls": `${prefix}-panel-${tab.id}`,
      text: tab.label,
      on: { click: () => show(tab.id), keydown: (event) => move(event) },
    }),
  );
  tabs.forEach((tab) => {
    tab.panel.id = `${prefix}-panel-${tab.id}`;
    tab.panel.setAttribute("role", "tabpanel");
    tab.panel.setAttribute("aria-labelledby", `${prefix}-tab-${tab.id}`);
  });

  function show(id) {
    tabs.forEach((tab, at) => {
      const chosen = tab.id === id;
      buttons[at].setAttribute("aria-selected", String(chosen));
      buttons[at].tabIndex = chosen ? 0 : -1;
      tab.panel.hidden = !chosen;
    });
    onShow(id);
  }

  function move(event) {
    const at = buttons.indexOf(event.target);
    const last = buttons.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to].focus();
    show(tabs[to].id);
  }

  return {
    element: make("div", { class: "kb-tabs", role: "tablist", "aria-label": "What to do" }, ...buttons),
    show,
  };
}
