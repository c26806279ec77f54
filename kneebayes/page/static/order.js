/**
 * In which order to take variables out, so that no table grows larger than it must.
 *
 * Which variables stand together in a table is kept as bit masks of 32-bit words.
 */

/** log2 of the largest table below which no further rule is tried. */
const NARROW_ENOUGH = 8;

/**
 * The cheapest of the orders found by three greedy rules: the smallest table first, minimum
 * fill (Kjaerulff 1990), and both weighed. The bit of a hidden node becomes that node's state,
 * so the state waits for it.
 *
 * @param {Array<Array<number>>} scopes variables of each table
 * @param {function(number): number} sizeOf number of states of a variable
 * @param {function(number): boolean} isOpenBit whether a variable is the bit of a hidden node
 * @returns {{order: Array<number>, width: number, entries: number}} variables, first one out
 *   first; log2 of the entries of the largest table; entries of all tables together
 */
export function bestOrder(scopes, sizeOf, isOpenBit) {
  let best = eliminateAll(new ScopeGraph(scopes, sizeOf, isOpenBit), 0);
  for (const rule of [1, 2]) {
    if (best.width > NARROW_ENOUGH) {
      const other = eliminateAll(new ScopeGraph(scopes, sizeOf, isOpenBit), rule);
      best = other.entries < best.entries ? other : best;
    }
  }
  return best;
}

/** Take all variables out, the one with the lowest score first. */
function eliminateAll(graph, rule) {
  const count = graph.variables.length;
  const scores = Float64Array.from({ length: count }, (_, at) => graph.score(at, rule));
  const waiting = new Uint8Array(count).fill(1);
  const held = new Uint8Array(count);
  graph.becomes.forEach((state) => {
    held[state] = state >= 0 ? 1 : 0;
  });
  const order = [];
  let width = 0;
  let entries = 0;
  while (order.length < count) {
    let chosen = -1;
    for (let at = 0; at < count; at += 1) {
      if (waiting[at] && !held[at] && (chosen < 0 || scores[at] < scores[chosen])) {
        chosen = at;
      }
    }
    const weight = graph.weightLeft(chosen);
    width = Math.max(width, weight);
    entries += 2 ** weight;
    waiting[chosen] = 0;
    held[graph.becomes[chosen]] = 0; // setting place -1 of a typed array does nothing
    order.push(graph.variables[chosen]);
    for (const at of graph.takeOut(chosen)) {
      if (waiting[at]) {
        scores[at] = graph.score(at, rule);
      }
    }
  }
  return { order, width, entries };
}

/** Which variables stand together in a table. */
class ScopeGraph {
  constructor(scopes, sizeOf, isOpenBit) {
    this.variables = [...new Set(scopes.flat())].sort((one, other) => one - other);
    const places = new Map(this.variables.map((variable, at) => [variable, at]));
    this.words = Math.ceil(this.variables.length / 32);
    this.weights = Float64Array.from(this.variables, (variable) => Math.log2(sizeOf(variable)));
    this.near = this.variables.map(() => new Int32Array(this.words));
    this.becomes = Int32Array.from(this.variables, (variable) =>
      isOpenBit(variable) ? places.get(variable - 1) : -1,
    );
    for (const scope of scopes) {
      for (const one of scope) {
        for (const other of scope) {
          if (one !== other) {
            setPlace(this.near[places.get(one)], places.get(other));
          }
        }
      }
    }
  }

  /** What the rules look at: 0 the size left, 1 the fill, 2 both. */
  score(at, rule) {
    if (rule === 0) {
      return this.weightLeft(at);
    }
    return rule === 1 ? this.fill(at) : this.fill(at) + 1.5 * this.weightLeft(at);
  }

  /** Join the neighbours of a variable; returns whose score may have changed. */
  takeOut(at) {
    const around = this.leftAfter(at);
    const changed = around.slice();
    for (const one of placesIn(around)) {
      const near = this.near[one];
      for (let word = 0; word < this.words; word += 1) {
        near[word] |= around[word];
      }
      near[one >> 5] &= ~(1 << (one & 31));
      near[at >> 5] &= ~(1 << (at & 31));
      for (let word = 0; word < this.words; word += 1) {
        changed[word] |= near[word];
      }
    }
    return placesIn(changed);
  }

  /** Scope of the table that is left when a variable is taken out. */
  leftAfter(at) {
    const around = this.near[at].slice();
    if (this.becomes[at] >= 0) {
      setPlace(around, this.becomes[at]);
    }
    return around;
  }

  /** log2 of the entries of a table over these variables. */
  weigh(mask) {
    let total = 0;
    for (const one of placesIn(mask)) {
      total += this.weights[one];
    }
    return total;
  }

  /** Size of the table that a variable makes when it is taken out. */
  weightLeft(at) {
    return this.weights[at] + this.weigh(this.near[at]);
  }

  /** How many pairs of variables are joined that were apart. */
  fill(at) {
    const around = this.leftAfter(at);
    let apart = 0;
    for (const one of placesIn(around)) {
      const near = this.near[one];
      for (let word = 0; word < this.words; word += 1) {
        apart += countBits(around[word] & ~near[word]);
      }
      apart -= 1; // itself
    }
    return apart / 2 + 0.01 * this.weigh(around);
  }
}

/** Set one bit of a mask. */
function setPlace(mask, at) {
  mask[at >> 5] |= 1 << (at & 31);
}

/** Places of the bits that are set. */
function placesIn(mask) {
  const places = [];
  for (let word = 0; word < mask.length; word += 1) {
    let rest = mask[word];
    while (rest !== 0) {
      const low = rest & -rest;
      places.push(32 * word + 31 - Math.clz32(low));
      rest ^= low;
    }
  }
  return places;
}

/** How many bits of a word are set. */
function countBits(word) {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
