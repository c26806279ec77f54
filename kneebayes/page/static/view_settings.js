// Where the patient is seen: the same knowledge, with other shares of the causes.
import { make } from "./view_dom.js";

/** The payload as it is in one of its settings. */
export function payloadIn(payload, at) {
  const { nodes, changes } = payload.settings?.[at] ?? { nodes: [], changes: {} };
  const changed = new Map(nodes.map((node) => [node.id, node]));
  return { ...payload, ...changes, nodes: payload.nodes.map((node) => changed.get(node.id) ?? node) };
}

/** A choice of the setting; null where there is none. `setting` is `{ at, choose(at) }`, `at` a place in the payload's list. */
export function settingChoice(payload, prefix, setting) {
  if (setting === null || (payload.settings ?? []).length === 0) return null;
  const select = make(
    "select",
    { id: `${prefix}-setting`, on: { change: () => setting.choose(select.selectedIndex) } },
    ...payload.settings.map(({ label }, at) => make("option", { value: String(at), text: label, selected: at === setting.at })),
  );
  const label = make("label", { for: select.id, class: "kb-small", text: "Seen in" });
  const { about } = payload.settings[setting.at];
  return make("div", { class: "kb-setting" },
    make("span", { class: "kb-labelled" }, label, select),
    about ? make("p", { class: "kb-small", text: about }) : null);
}
