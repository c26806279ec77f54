// Pictures made by hand: 100 people, a nomogram, arrows.

/** The name space of pictures, as the browser itself has it. */
function pictureSpace() {
  return new DOMParser().parseFromString("<svg></svg>", "text/html").body.firstChild.namespaceURI;
}

let space = "";

/** An element of a picture; `text` is its text, other attributes go in as they are. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS((space ||= pictureSpace()), tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name === "on") Object.entries(value).forEach(([event, act]) => element.addEventListener(event, act));
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A line that ends in an arrowhead. */
export function arrow(x1, y1, x2, y2) {
  const size = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [along, across] = [(x2 - x1) / size, (y2 - y1) / size];
  const corner = (side) => `${x2 - 8 * along - side * 4 * across},${y2 - 8 * across + side * 4 * along}`;
  return [
    draw("line", { x1, y1, x2: x2 - 6 * along, y2: y2 - 6 * across, class: "kb-arrow" }),
    draw("polygon", { points: `${x2},${y2} ${corner(1)} ${corner(-1)}`, class: "kb-arrowhead" }),
  ];
}

/** One hundred people in ten rows, of whom so many have it; a part of a person is a part of a square. */
export function people(probability, label) {
  const many = 100 * probability;
  const squares = [...Array(100).keys()].flatMap((at) => {
    const [x, y] = [(at % 10) * 11, Math.floor(at / 10) * 11];
    const filled = Math.min(Math.max(many - at, 0), 1);
    return [
      draw("rect", { x, y, width: 9, height: 9, rx: 2, class: "kb-person" }),
      filled > 0 ? draw("rect", { x, y, width: 9 * filled, height: 9, rx: 2, class: "kb-person-has" }) : null,
    ];
  });
  return draw("svg", { viewBox: "0 0 108 108", role: "img", "aria-label": label, class: "kb-people" }, ...squares);
}

const TICKS = [0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99];
const RATIOS = [0.001, 0.01, 0.1, 1, 10, 100, 1000];
const FARTHEST = Math.log(0.9995 / 0.0005);

function logOdds(probability) {
  const value = Math.log(probability / (1 - probability));
  return Math.min(Math.max(value, -FARTHEST), FARTHEST);
}

/** Fagan's nomogram: a straight line from before, through the likelihood ratio, to after. */
export function nomogram(before, after, label) {
  const height = (value) => 100 - (85 * value) / FARTHEST;
  const [left, middle, right] = [60, 150, 240];
  const start = height(-logOdds(before)); // the axis of before hangs upside down
  const end = height(logOdds(after));
  const marks = TICKS.flatMap((one) => {
    const [low, high] = [height(-logOdds(one)), height(logOdds(one))];
    const text = `${Number((100 * one).toPrecision(2))}%`;
    return [
      draw("line", { x1: left - 4, x2: left, y1: low, y2: low, class: "kb-axis" }),
      draw("text", { x: left - 7, y: low + 3, "text-anchor": "end", text }),
      draw("line", { x1: right, x2: right + 4, y1: high, y2: high, class: "kb-axis" }),
      draw("text", { x: right + 7, y: high + 3, text }),
    ];
  });
  const ratios = RATIOS.flatMap((one) => {
    const y = height(Math.log(one) / 2);
    return [
      draw("line", { x1: middle - 3, x2: middle + 3, y1: y, y2: y, class: "kb-axis" }),
      draw("text", { x: middle + 6, y: y + 3, text: String(one) }),
    ];
  });
  const axis = (x) => draw("line", { x1: x, x2: x, y1: 13, y2: 187, class: "kb-axis" });
  const head = (x, text) => draw("text", { x, y: 8, "text-anchor": "middle", class: "kb-axis-name", text });
  return draw(
    "svg",
    { viewBox: "0 0 300 196", role: "img", "aria-label": label, class: "kb-nomogram" },
    head(left, "before"), head(middle, "likelihood ratio"), head(right, "after"),
    axis(left), axis(middle), axis(right),
    ...marks, ...ratios,
    draw("line", { x1: left, y1: start, x2: right, y2: end, class: "kb-line" }),
    draw("circle", { cx: left, cy: start, r: 3.5, class: "kb-dot" }),
    draw("circle", { cx: right, cy: end, r: 3.5, class: "kb-dot" }),
  );
}
