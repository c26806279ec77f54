// What a number rests on: claims of the article, references, or an assumption.
import { statesOf } from "./model.js";
import { percentText } from "./percent.js";
import { make } from "./view_dom.js";

/** The stated arrows of a payload, with the names and numbers that stand for their places. */
export function arrowsOf({ nodes, arrows, intervals, measures, origins }) {
  return arrows.map(([parent, state, child, measure, interval, silent, because]) => ({
    parent: nodes[parent].id,
    state: statesOf(nodes[parent])[state],
    child: nodes[child].id,
    is: measures[measure],
    interval: intervals[interval],
    silent: silent === 1,
    because: because.map((one) => origins[one]),
  }));
}

/** Lists of grounds for a payload, each behind one press. */
export function groundsOf(payload) {
  // a cause by the node that says that it is there; something else by each of its parts
  const parts = payload.nodes.filter((node) => node.kind === "part").map((node) => node.id);
  const own = new Map([
    ...payload.causes.map((one) => [one.there ?? one.id, one.id]),
    ...parts.map((id) => [id, payload.rest]),
  ]);
  const arrows = arrowsOf(payload).map((one) => ({
    ...one,
    parent: own.get(one.parent) ?? one.parent,
    child: own.get(one.child) ?? one.child,
    ends: [one.parent, one.child],
  }));
  const between = new Map();
  for (const arrow of arrows) {
    const key = `${arrow.parent} ${arrow.child}`;
    between.set(key, [...(between.get(key) ?? []), arrow]);
  }
  const words = (origin) => {
    if (payload.claims[origin]) return `${origin}: ${payload.claims[origin]}`;
    return payload.references[origin] ? `${origin}: ${payload.references[origin]}` : `assumed: ${origin}`;
  };
  const list = (origins) => make("ul", { class: "kb-list kb-small" }, ...origins.map((one) => make("li", { text: words(one) })));
  const label = (id) => payload.labels[id] ?? id;

  /** Whether a share is of those who have a background most: it is among the patients of a cause, or shown. */
  function holdsWhereMost({ parent, child }) {
    const rarer = (id) => payload.contexts.some((one) => one.id === id) && payload.lessOften[id];
    return rarer(child) || (rarer(parent) && payload.causes.some((one) => one.id === child));
  }

  function arrowText(arrow) {
    const state = arrow.state === "present" ? "" : ` (${payload.stateLabels[arrow.parent]?.[arrow.state] ?? arrow.state})`;
    const [low, value, high] = arrow.interval;
    const amount = arrow.is === "risk"
      ? `${value.toPrecision(2)} times (${low.toPrecision(2)} to ${high.toPrecision(2)})`
      : `${percentText(value)} (${percentText(low)} to ${percentText(high)})`;
    const silent = arrow.silent ? ", there in silence" : "";
    const most = arrow.is !== "risk" && holdsWhereMost(arrow) ? ", where it is found most" : "";
    const [from, to] = arrow.ends.map((id) => label(parts.includes(id) ? id : own.get(id) ?? id));
    return `${from}${state}${silent} \u2192 ${to}: ${amount}${most}`;
  }

  /** Arrows from one node to another, straight or over one mediator. */
  function arrowsFrom(from, to) {
    const straight = between.get(`${from} ${to}`) ?? [];
    const over = payload.nodes
      .filter((node) => node.kind === "mediator")
      .flatMap((node) => {
        const [first, second] = [between.get(`${from} ${node.id}`), between.get(`${node.id} ${to}`)];
        return first && second ? [...first, ...second] : [];
      });
    return [...straight, ...over];
  }

  /** By what factors something is less often found: where this cause explains, and by state. */
  function rarerOf(id, cause, byState) {
    const said = payload.lessOften[id];
    const factors = Object.entries(said?.by ?? {}).flatMap(([context, each]) =>
      Object.entries(each)
        .filter(([one]) => (payload.labels[context] ? byState : (own.get(one) ?? one) === cause))
        .map(([one, factor]) => `${payload.stateLabels[context]?.[one] ?? `where ${label(one)} explains`} ${factor}`),
    );
    if (factors.length === 0) return [];
    const text = `${label(id)} is less often found, as a factor of where it is found most: ${factors.join(", ")}`;
    return [make("div", {}, make("p", { class: "kb-small", text }), list(said.because))];
  }

  return {
    arrowText,
    between: (from, to) => between.get(`${from} ${to}`) ?? [],
    parentsOf: (id) => arrows.filter((one) => one.child === id),
    childrenOf: (id) => arrows.filter((one) => one.parent === id),
    ofArrow: (arrow) => make("div", {}, make("p", { class: "kb-small", text: arrowText(arrow) }), list(arrow.because)),
    /** What a sentence rests on. */
    ofClaims: (origins) => press("Sources", list([...new Set(origins)])),
    /** What the prior of a cause rests on. */
    ofPrior(cause) {
      const [low, value, high] = cause.interval;
      const said = cause.stated ? `\u201c${cause.stated}\u201d, ` : "";
      return press("Sources", make("p", { class: "kb-small", text: `${said}${percentText(value)} (${percentText(low)} to ${percentText(high)})` }), list(cause.because));
    },
    /** What an answer rests on where it speaks of a cause; null where nothing links the two. */
    ofAnswer(cause, id) {
      const arrows = [...arrowsFrom(cause, id), ...arrowsFrom(id, cause)];
      const ends = new Set([id, ...arrows.flatMap((arrow) => arrow.ends)]);
      const rarer = [...ends].flatMap((one) => rarerOf(one, cause, arrows.length > 0));
      if (arrows.length + rarer.length === 0) return null;
      return press("Sources", ...arrows.map(this.ofArrow), ...rarer);
    },
  };
}

function press(text, ...inside) {
  return make("details", { class: "kb-sources" }, make("summary", { class: "kb-small", text }), ...inside);
}
