/**
 * The steps of an elimination: which two tables are joined into which, and what goes out.
 *
 * All tables lie in one array, end to end, each with its last variable moving fastest. A step
 * is a sum of products of entries of two tables into a third; which entries is written down
 * as two lists of places, outer and inner, that are added. So one pair of loops does all there
 * is to do, there and back.
 */

import { bestOrder } from "./order.js";

/** Most entries of all tables of an elimination together: 64 MiB, and about a second. */
export const MOST_ENTRIES = 2 ** 23;

/** How many plans are kept: those of a ledger and its questions. */
const PLANS_KEPT = 48;

/** The longest inner list: long enough for a quick loop, short enough to be written down. */
const INNER_PLACES = 256;

/**
 * The plan for a question, found once for all questions with the same scopes.
 *
 * @param {object} model a model, which keeps the plans
 * @param {Array<Array<number>>} scopes variables of each table
 * @param {Int8Array} hard observed states
 * @returns {object} the plan: `width`, and unless that is too wide `steps`, `starts` of the
 *   tables, `leaves` (entries of those it starts from), `takenBy` (by start of a table the place
 *   of the step that joins it), `ends` (starts of the tables of one number that are left),
 *   `size` of all tables together
 */
export function planFor(model, scopes, hard) {
  const open = (variable) => variable % 2 === 1 && hard[variable >> 1] < 0;
  const key = scopes.map((scope) => scope.map((one) => (open(one) ? `${one}?` : one)).join()).join(";");
  let plan = model.plans.get(key);
  if (plan === undefined) {
    const sizeOf = (variable) => (variable % 2 ? 2 : model.nodes[variable >> 1].states.length);
    plan = new Planner(scopes, sizeOf, open).plan();
    if (model.plans.size >= PLANS_KEPT) {
      model.plans.delete(model.plans.keys().next().value);
    }
    model.plans.set(key, plan);
  }
  return plan;
}

/** Tables by their scopes, as they are joined; numbers come later. */
class Planner {
  constructor(scopes, sizeOf, isOpenBit) {
    this.scopes = scopes.map((scope) => [...scope]);
    this.sizeOf = sizeOf;
    this.isOpenBit = isOpenBit;
    this.starts = [];
    this.size = 0;
    this.steps = [];
    this.takenBy = new Map();
    this.holders = new Map();
    this.ends = [];
    this.scopes.forEach((_, table) => this.hold(table));
    this.leaves = this.size;
    this.one = this.take(1); // a table that is joined with nothing is joined with this
  }

  /** Find an order and write its steps down. */
  plan() {
    const { order, width, entries } = bestOrder(this.scopes, this.sizeOf, this.isOpenBit);
    if (entries > MOST_ENTRIES) {
      return { width, tooWide: true };
    }
    order.forEach((variable) => this.eliminate(variable));
    const { steps, starts, leaves, takenBy, one, ends, size } = this;
    return { width, steps, starts, leaves, takenBy, one, ends, size };
  }

  /** Room for some entries; returns where it starts. */
  take(entries) {
    this.size += entries;
    return this.size - entries;
  }

  /** Make room for a table, and note it with the variables it holds. */
  hold(table) {
    const scope = this.scopes[table];
    this.starts.push(this.take(entriesOf(scope, this.sizeOf)));
    for (const variable of scope) {
      if (!this.holders.has(variable)) {
        this.holders.set(variable, new Set());
      }
      this.holders.get(variable).add(table);
    }
    if (scope.length === 0) {
      this.ends.push(this.starts[table]);
    }
  }

  /** Join the tables of a variable, the largest first, and take it out of the last join. */
  eliminate(variable) {
    const tables = [...this.holders.get(variable)].sort(
      (one, other) => this.scopes[one].length - this.scopes[other].length || one - other,
    );
    let joined = tables.pop();
    if (tables.length === 0) {
      this.join(joined, -1, variable);
    }
    tables.forEach((other, at) => {
      joined = this.join(joined, other, at === tables.length - 1 ? variable : -1);
    });
  }

  /** Note the step that joins two tables (or one with nothing) and takes a variable out. */
  join(first, second, out) {
    const swap = second >= 0 && this.scopes[first].length < this.scopes[second].length;
    const [a, b] = swap ? [second, first] : [first, second];
    const scopeA = this.scopes[a];
    const scopeB = b < 0 ? [] : this.scopes[b];
    const union = [...new Set([...scopeA, ...scopeB])].sort((one, other) => one - other);
    const becomes = this.isOpenBit(out) ? out - 1 : -1;
    const left = new Set(union.filter((one) => one !== out));
    if (becomes >= 0) {
      left.add(becomes);
    }
    for (const [table, scope] of [[a, scopeA], [b, scopeB]]) {
      scope.forEach((variable) => this.holders.get(variable).delete(table));
    }
    const made = this.scopes.length;
    this.scopes.push([...left].sort((one, other) => one - other));
    this.hold(made);
    const shared = scopeB.filter((one) => one % 2 === 1 && scopeA.includes(one));
    const expandedSize = (one) => (shared.includes(one) ? 3 : this.sizeOf(one));
    const strides = {
      a: stridesOf(scopeA, this.sizeOf),
      b: stridesOf(scopeB, expandedSize),
      made: stridesOf(this.scopes[made], this.sizeOf),
    };
    const sizeExpanded = entriesOf(scopeB, expandedSize);
    const expanded = shared.length ? this.take(sizeExpanded) : -1;
    const plain = b < 0 ? this.one : this.starts[b];
    const starts = [this.starts[made], this.starts[a], shared.length ? expanded : plain];
    const axes = axesOf(union, shared, out, becomes, strides, this.sizeOf);
    for (const table of b < 0 ? [a] : [a, b]) {
      this.takenBy.set(this.starts[table], this.steps.length);
    }
    this.steps.push({
      ...placesOf(axes, starts),
      start: this.starts[made],
      end: this.starts[made] + entriesOf(this.scopes[made], this.sizeOf),
      first: this.starts[a],
      firstSize: entriesOf(scopeA, this.sizeOf),
      second: plain,
      secondSize: entriesOf(scopeB, this.sizeOf),
      expanded,
      expandedSize: sizeExpanded,
      expansions: expansionsOf(scopeB, shared, this.sizeOf),
    });
    return made;
  }
}

/** How many entries a table has. */
function entriesOf(scope, sizeOf) {
  return scope.reduce((total, one) => total * sizeOf(one), 1);
}

/** How far apart the states of each variable of a table lie. */
function stridesOf(scope, sizeOf) {
  const strides = new Map();
  let stride = 1;
  for (const variable of [...scope].reverse()) {
    strides.set(variable, stride);
    stride *= sizeOf(variable);
  }
  return strides;
}

/** How a table gets a third entry, the sum, along each shared bit: blocks before and behind. */
function expansionsOf(scope, shared, sizeOf) {
  let outer = 1;
  return scope.flatMap((variable, at) => {
    const isShared = shared.includes(variable);
    const inner = scope.slice(at + 1).reduce((total, one) => total * sizeOf(one), 1);
    const found = isShared ? [{ outer, inner }] : [];
    outer *= isShared ? 3 : sizeOf(variable);
    return found;
  });
}

/**
 * The axes of a step: for each what its positions add to the place in the table that is made,
 * in the first and in the second.
 *
 * With bits in common a join is an OR: none fired where neither did, some where the first did
 * (whatever the second), or the second alone. The third entry of the second table along such
 * a bit holds the sum over what it may be. What is summed out adds nothing to the place made;
 * of a family that was observed only what fired is kept; the bit of a hidden node becomes
 * its state, and where that stands in a table already both go together.
 */
function axesOf(union, shared, out, becomes, strides, sizeOf) {
  const tied = becomes >= 0 && union.includes(becomes);
  const stepOf = (table, one) => strides[table].get(one) || 0;
  const axes = [];
  for (const one of union) {
    const target = one === out && becomes >= 0 ? becomes : one;
    const [made, a, b] = [stepOf("made", target), stepOf("a", one), stepOf("b", one)];
    const none = [0, 0, 0];
    const some = shared.includes(one) ? [[made, a, 2 * b], [made, 0, b]] : [[made, a, b]];
    if (one === out && tied) {
      const [stateA, stateB] = [stepOf("a", becomes), stepOf("b", becomes)];
      axes.push([none, ...some.map(([at, atA, atB]) => [at, atA + stateA, atB + stateB])]);
    } else if (one === out && becomes < 0 && one % 2 === 1) {
      axes.push(some);
    } else if (one % 2 === 1) {
      axes.push([none, ...some]);
    } else if (!(tied && one === becomes)) {
      axes.push(Array.from({ length: sizeOf(one) }, (_, state) => [state * made, state * a, state * b]));
    }
  }
  return axes;
}

/** Places of a step: those of the last axes as inner list, those of the others as outer list. */
function placesOf(axes, starts) {
  let inner = Int32Array.of(0, 0, 0);
  let outer = Int32Array.of(...starts);
  // what is summed comes outermost: to add to the same entry again and again would be slow
  const isSummed = (axis) => Number(axis[axis.length - 1][0] === axis[0][0]);
  const inwards = [...axes].reverse().sort((one, other) => isSummed(one) - isSummed(other));
  for (const axis of inwards) {
    if (inner.length * axis.length <= 3 * INNER_PLACES) {
      inner = addPlaces(inner, axis);
    } else {
      outer = addPlaces(outer, axis);
    }
  }
  return { inner, outer };
}

/** Places in three tables with one more axis, in which each position adds to them. */
function addPlaces(places, axis) {
  const found = new Int32Array(places.length * axis.length);
  let at = 0;
  for (const [made, a, b] of axis) {
    for (let place = 0; place < places.length; place += 3) {
      found[at] = places[place] + made;
      found[at + 1] = places[place + 1] + a;
      found[at + 2] = places[place + 2] + b;
      at += 3;
    }
  }
  return found;
}
