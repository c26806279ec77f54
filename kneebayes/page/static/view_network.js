// The network around one cause: what raises it, what it shows, with arrows and probabilities.
import { percentText } from "./percent.js";
import { button, counted, make, refill } from "./view_dom.js";
import { arrow, draw } from "./view_svg.js";

const SHOWN = 12;
const ROW = 44;
const BOX = 36;

/** The card of one cause's neighbours; `act.select(id)` goes to another cause. */
export function networkCard(catalog, grounds, act) {
  let last = null;
  let all = false;
  const picture = make("div", { class: "kb-network" });
  const note = make("div", { role: "status" });
  const more = button("Show all arrows", () => {
    all = !all;
    redraw();
  }, { class: "kb-button", data: { act: "network-more" } });
  const element = make(
    "details",
    { class: "kb-card kb-network-card", "aria-label": "The network around one cause", on: { toggle: () => redraw() } },
    make("summary", {}, make("h2", { text: "The network around it" })),
    make("p", { class: "kb-small", text: "On the left what raises it, on the right what it shows. Each box says how probable it is that this is present, given all answers. Press a box for what its arrow rests on; press a cause to go to it." }),
    picture,
    more,
    note,
  );

  function redraw() {
    if (last === null || !element.open) return;
    const { cause, probability } = last;
    const parents = strongest(grounds.parentsOf(cause), "parent", all);
    const children = strongest(grounds.childrenOf(cause), "child", all);
    const count = grounds.parentsOf(cause).length + grounds.childrenOf(cause).length;
    more.hidden = count <= parents.length + children.length && !all;
    more.textContent = all ? "Show the strongest arrows only" : `Show all ${counted(count, "arrow")}`;
    refill(picture, drawn(cause, parents, children, probability));
  }

  function drawn(cause, parents, children, probability) {
    const width = Math.max(picture.clientWidth || 560, 300);
    const rows = Math.max(parents.length, children.length, 1);
    const height = rows * ROW + 8;
    const box = width * 0.28;
    const columns = [0, (width - box) / 2, width - box];
    const middle = height / 2;
    const node = (id, x, y, said) => boxOf(catalog, id, probability(id), { x, y, width: box }, () => {
      refill(note, said ? grounds.ofArrow(said) : null);
      if (catalog.causes.has(id) && id !== cause) act.select(id);
    });
    const place = (list, at) => middle + (at - (list.length - 1) / 2) * ROW;
    return draw(
      "svg",
      { width, height, viewBox: `-1 0 ${width + 2} ${height}`, role: "group", "aria-label": `Network around ${catalog.label(cause)}` },
      ...parents.flatMap((one, at) => arrow(box, place(parents, at), columns[1] - 2, middle)),
      ...children.flatMap((one, at) => arrow(columns[1] + box, middle, columns[2] - 2, place(children, at))),
      ...parents.map((one, at) => node(one.parent, columns[0], place(parents, at), one)),
      ...children.map((one, at) => node(one.child, columns[2], place(children, at), one)),
      node(cause, columns[1], middle, null),
    );
  }

  return {
    element,
    isOpen: () => element.open,
    /** `probability(id)` is P(present), or null where it has several states. */
    show(cause, probability) {
      last = { cause, probability };
      refill(note);
      redraw();
    },
  };
}

/** The strongest arrow to each neighbour, as many as fit. */
function strongest(arrows, end, all) {
  const best = new Map();
  for (const one of [...arrows].sort((a, b) => b.interval[1] - a.interval[1])) {
    if (!best.has(one[end])) best.set(one[end], one);
  }
  return [...best.values()].slice(0, all ? undefined : SHOWN);
}

function boxOf(catalog, id, probability, { x, y, width }, onPress) {
  const lines = wrapped(catalog.label(id), Math.floor((width - 8) / 6.2));
  const number = probability === null ? "" : percentText(probability);
  return draw(
    "g",
    {
      class: catalog.causes.has(id) ? "kb-box kb-box-cause" : "kb-box",
      tabindex: 0,
      role: "button",
      "aria-label": `${catalog.label(id)}${number ? `, ${number}` : ""}`,
      "data-box": id,
      on: {
        click: onPress,
        keydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          onPress();
        },
      },
    },
    draw("rect", { x, y: y - BOX / 2, width, height: BOX, rx: 5 }),
    draw("title", { text: catalog.label(id) }),
    probability === null ? null : draw("rect", { x, y: y + BOX / 2 - 4, width: width * probability, height: 4, class: "kb-box-bar" }),
    ...lines.map((text, at) => draw("text", { x: x + 5, y: y - 5 + 12 * at - (lines.length > 1 ? 1 : 0), text: at === lines.length - 1 ? `${text} ${number}` : text })),
  );
}

/** A label on two lines at most. */
function wrapped(label, most) {
  if (label.length + 5 <= most) return [label];
  const words = label.split(" ");
  let first = words.shift();
  while (words.length > 0 && `${first} ${words[0]}`.length <= most) first += ` ${words.shift()}`;
  const second = words.join(" ");
  if (second === "") return [first.length > most ? `${first.slice(0, most - 1)}\u2026` : first, ""];
  const room = most - 6; // of a number such as 0.12%
  return [first.slice(0, most), second.length > room ? `${second.slice(0, Math.max(room - 1, 1))}\u2026` : second];
}
