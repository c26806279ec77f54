/**
 * The tables that a question starts from, before anything is summed out.
 *
 * What is observed is put in; nodes that nobody asks about and nothing was seen below are
 * left out, since they sum to one.
 */

/**
 * Mark the nodes that take part in a question: all that was observed, what is asked about, and
 * the ancestors of both. What is asked about, has one open parent and nothing seen below it
 * does not take part itself, for it can be read off its parent.
 *
 * @param {object} model a model
 * @param {Int8Array} hard observed states
 * @param {Array<number>} targets nodes that are asked about
 * @returns {{relevant: Uint8Array, below: Map<number, {parent: number, rows: Array<Array<number>>}>}}
 *   1 for each node that takes part; and those that are read off a parent, each with
 *   P(its states) by the parent's state
 */
export function relevantNodes(model, hard, targets) {
  const relevant = new Uint8Array(model.nodes.length);
  const mark = (at) => {
    if (!relevant[at]) {
      relevant[at] = 1;
      model.nodes[at].parents.forEach(mark);
    }
  };
  hard.forEach((state, at) => {
    if (state >= 0) {
      mark(at);
    }
  });
  const openParents = (at) => model.nodes[at].parents.filter((parent) => hard[parent] < 0);
  const isReadable = (at) => !relevant[at] && openParents(at).length === 1;
  const readable = targets.filter(isReadable);
  targets.filter((at) => !isReadable(at)).forEach(mark);
  readable.forEach((at) => openParents(at).forEach(mark));
  const below = new Map();
  for (const at of readable) {
    if (!relevant[at]) {
      const [parent] = openParents(at);
      below.set(at, { parent, rows: rowsBelow(model, hard, at, parent) });
    }
  }
  return { relevant, below };
}

/** P(states of a node) by the state of the only parent that is open. */
function rowsBelow(model, hard, at, open) {
  const node = model.nodes[at];
  return model.nodes[open].states.map((_, taken) => {
    const states = node.parents.map((parent) => (parent === open ? taken : hard[parent]));
    if (node.isNoisyOr) {
      return chanceOf(node, states);
    }
    const place = states.reduce((sum, state, which) => sum * model.nodes[node.parents[which]].states.length + state, 0);
    return node.states.map((_, state) => node.table[place * node.states.length + state]);
  });
}

/** P(absent) and P(present) of a noisy-OR; by additions only: 1 - unfired would lose digits. */
function chanceOf(node, states) {
  let [unfired, fired] = [1 - node.leak, node.leak];
  states.forEach((state, place) => {
    const strength = node.links[place][state];
    unfired *= 1 - strength;
    fired += (1 - fired) * strength;
  });
  return [unfired, fired];
}

/**
 * The tables of a question.
 *
 * @param {object} model a model
 * @param {Int8Array} hard observed states
 * @param {Uint8Array} relevant which nodes take part
 * @returns {{scopes: Array<Array<number>>, tables: Array<ArrayLike<number>>, own: Map<number, number>, logConstant: number}}
 *   scopes in rising order of variables, tables with the last variable moving fastest, for
 *   each open node which table holds all that depends on its state alone, and the natural
 *   logarithm of what depends on nothing
 */
export function leavesOf(model, hard, relevant) {
  const own = new Map();
  model.nodes.forEach((node, at) => {
    if (relevant[at] && hard[at] < 0) {
      own.set(at, new Float64Array(node.states.length).fill(1));
    }
  });
  const found = { scopes: [], tables: [], own: new Map(), logConstant: 0 };
  model.nodes.forEach((node, at) => {
    if (relevant[at]) {
      (node.isNoisyOr ? addNoisyOr : addTable)(model, at, hard, own, found);
    }
  });
  for (const [at, numbers] of own) {
    found.own.set(at, found.scopes.length);
    found.scopes.push([2 * at]);
    found.tables.push(numbers);
  }
  return found;
}

/** Multiply the numbers that depend on one state alone. */
function weighState(own, at, numbers) {
  const mine = own.get(at);
  for (let state = 0; state < mine.length; state += 1) {
    mine[state] *= numbers[state];
  }
}

/** A root or a plain table, with what was observed put in. */
function addTable(model, at, hard, own, found) {
  const node = model.nodes[at];
  const family = [...node.parents, at];
  const open = family.filter((member) => hard[member] < 0).sort((one, other) => one - other);
  const strides = new Map();
  let offset = 0;
  let stride = 1;
  for (const member of [...family].reverse()) {
    if (hard[member] < 0) {
      strides.set(member, stride);
    } else {
      offset += stride * hard[member];
    }
    stride *= model.nodes[member].states.length;
  }
  let places = [offset];
  for (const member of open) {
    const count = model.nodes[member].states.length;
    places = places.flatMap((place) =>
      Array.from({ length: count }, (_, state) => place + state * strides.get(member)),
    );
  }
  const numbers = places.map((place) => node.table[place]);
  if (open.length === 0) {
    found.logConstant += Math.log(numbers[0]);
  } else if (open.length === 1 && open[0] === at) {
    weighState(own, at, numbers);
  } else {
    found.scopes.push(open.map((member) => 2 * member));
    found.tables.push(numbers);
  }
}

/** The links of a noisy-OR, one table each, joined by its fired-yet bit. */
function addNoisyOr(model, at, hard, own, found) {
  const node = model.nodes[at];
  const open = [];
  let unfired = 1 - node.leak;
  let fired = node.leak; // by additions only: 1 - unfired would lose digits
  node.parents.forEach((parent, place) => {
    const strength = node.links[place];
    if (hard[parent] < 0) {
      open.push([parent, strength]);
    } else {
      unfired *= 1 - strength[hard[parent]];
      fired += (1 - fired) * strength[hard[parent]];
    }
  });
  if (hard[at] === 0) {
    found.logConstant += Math.log(unfired);
    for (const [parent, strength] of open) {
      weighState(own, parent, strength.map((one) => 1 - one));
    }
  } else if (open.length === 0) {
    if (hard[at] === 1) {
      found.logConstant += Math.log(fired);
    } else {
      weighState(own, at, [unfired, fired]);
    }
  } else {
    addLinks(2 * at + 1, [unfired, fired], open, found);
  }
}

/** The leak and the open links of a family, each over its fired-yet bit. */
function addLinks(bit, leak, open, found) {
  found.scopes.push([bit]);
  found.tables.push(leak);
  for (const [parent, strength] of open) {
    const state = 2 * parent; // a parent comes before its child, so before the child's bit
    found.scopes.push([state, bit]);
    found.tables.push(strength.flatMap((one) => [1 - one, one]));
  }
}
