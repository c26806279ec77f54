/**
 * One pass through the steps of a plan, and one back.
 *
 * There: P(what is known). Back: its derivative by every number that the tables started with,
 * so the marginals of all states at once (Darwiche 2003). Only sums of products of numbers
 * that are not negative: nothing cancels.
 */

/** Below this largest entry a table is scaled, so that nothing underflows. */
const SMALLEST = 1e-60;

/**
 * Run the steps of a plan.
 *
 * @param {object} plan a plan that is not too wide
 * @param {Float64Array} leaves the tables that it starts from, end to end
 * @returns {{values: Float64Array, scales: Float64Array, logProbability: number}} all tables,
 *   what each step divided by, and the natural logarithm of what is left
 */
export function runForward(plan, leaves) {
  const values = new Float64Array(plan.size);
  values.set(leaves);
  values[plan.one] = 1;
  const scales = new Float64Array(plan.steps.length);
  plan.steps.forEach((step, at) => runStep(step, at, values, scales));
  return { values, scales, logProbability: logOf(plan, values, scales) };
}

/**
 * The same with other numbers in some of the tables that it starts from: only the steps that
 * these lead to are run again.
 *
 * @param {object} plan the plan that was run
 * @param {object} forward what it gave; its tables are changed until `undo` is called
 * @param {Map<number, Array<number>>} factors by start of a table what to multiply it by
 * @returns {object} the same as of `runForward`, and `undo`, which brings the tables back
 */
export function runAgain(plan, forward, factors) {
  const { values } = forward;
  const scales = forward.scales.slice();
  const kept = [];
  const keep = (start, end) => kept.push([start, values.slice(start, end)]);
  for (const [start, numbers] of factors) {
    keep(start, start + numbers.length);
    numbers.forEach((one, state) => {
      values[start + state] *= one;
    });
  }
  const waiting = stepsFrom(plan, factors.keys());
  plan.steps.forEach((step, at) => {
    if (waiting[at]) {
      keep(step.start, step.end);
      if (step.expanded >= 0) {
        keep(step.expanded, step.expanded + step.expandedSize);
      }
      runStep(step, at, values, scales);
    }
  });
  const undo = () => kept.forEach(([start, numbers]) => values.set(numbers, start));
  return { values, scales, logProbability: logOf(plan, values, scales), undo };
}

/**
 * Run the steps of a plan back, as far as to some tables.
 *
 * @param {object} model a model, which keeps the working memory
 * @param {object} plan the plan that was run
 * @param {object} forward what the way there gave, of something that is possible
 * @param {Array<number>} starts of the tables whose derivatives are wanted
 * @returns {Float64Array} derivatives, laid out as the tables are; those of tables of one
 *   component of the network share a factor
 */
export function runBackward(model, plan, forward, starts) {
  const { values, scales } = forward;
  const gradients = spaceFor(model, plan);
  for (const end of plan.ends) {
    gradients[end] = 1 / values[end];
  }
  const waiting = stepsFrom(plan, starts);
  for (let at = plan.steps.length - 1; at >= 0; at -= 1) {
    if (waiting[at]) {
      const step = plan.steps[at];
      clearBefore(step, gradients);
      if (scales[at] !== 1) {
        for (let entry = step.start; entry < step.end; entry += 1) {
          gradients[entry] /= scales[at];
        }
      }
      addDerivatives(step.outer, step.inner, values, gradients);
      foldSecond(step, gradients);
    }
  }
  return gradients;
}

/** Which steps the numbers of some tables come into, straight or by way of other steps. */
function stepsFrom(plan, starts) {
  const marked = new Uint8Array(plan.steps.length);
  for (const start of starts) {
    let at = plan.takenBy.get(start);
    while (at !== undefined && !marked[at]) {
      marked[at] = 1;
      at = plan.takenBy.get(plan.steps[at].start);
    }
  }
  return marked;
}

/** One step there. */
function runStep(step, at, values, scales) {
  values.fill(0, step.start, step.end);
  expandSecond(step, values);
  addProducts(step.outer, step.inner, values);
  scales[at] = scaleDown(values, step.start, step.end);
}

/** ln P of what was summed up. */
function logOf(plan, values, scales) {
  const all = plan.ends.reduce((sum, end) => sum + Math.log(values[end]), 0);
  return scales.reduce((sum, one) => (one === 1 ? sum : sum + Math.log(one)), all);
}

/** Working memory, kept for the next question. */
function spaceFor(model, plan) {
  if (!model.space || model.space.length < plan.size) {
    model.space = new Float64Array(plan.size);
  }
  return model.space;
}

/** Set the derivatives by the tables that a step joins to nothing. */
function clearBefore({ first, firstSize, second, secondSize, expanded, expandedSize }, gradients) {
  gradients.fill(0, first, first + firstSize);
  gradients.fill(0, second, second + secondSize);
  if (expanded >= 0) {
    gradients.fill(0, expanded, expanded + expandedSize);
  }
}

/** Divide a table by its largest entry where that is small; returns by how much. */
function scaleDown(values, start, end) {
  let largest = 0;
  for (let at = start; at < end; at += 1) {
    largest = values[at] > largest ? values[at] : largest;
  }
  if (largest >= SMALLEST || largest === 0) {
    return 1;
  }
  for (let at = start; at < end; at += 1) {
    values[at] /= largest;
  }
  return largest;
}

/** Add the products of two tables to a third. */
function addProducts(outer, inner, values) {
  for (let row = 0; row < outer.length; row += 3) {
    const made = outer[row];
    const a = outer[row + 1];
    const b = outer[row + 2];
    for (let at = 0; at < inner.length; at += 3) {
      values[made + inner[at]] += values[a + inner[at + 1]] * values[b + inner[at + 2]];
    }
  }
}

/** Add the derivatives of those products to those of both tables. */
function addDerivatives(outer, inner, values, gradients) {
  for (let row = 0; row < outer.length; row += 3) {
    const made = outer[row];
    const a = outer[row + 1];
    const b = outer[row + 2];
    for (let at = 0; at < inner.length; at += 3) {
      const gradient = gradients[made + inner[at]];
      const atA = a + inner[at + 1];
      const atB = b + inner[at + 2];
      gradients[atA] += gradient * values[atB];
      gradients[atB] += gradient * values[atA];
    }
  }
}

/** Copy the second table of a step, with the sum as third entry along each shared bit. */
function expandSecond({ second, secondSize, expanded, expansions }, values) {
  if (expanded < 0) {
    return;
  }
  values.copyWithin(expanded, second, second + secondSize);
  for (const { outer, inner } of expansions) {
    for (let block = outer - 1; block >= 0; block -= 1) { // from behind, so that nothing is lost
      const from = expanded + block * 2 * inner;
      const to = expanded + block * 3 * inner;
      for (let at = inner - 1; at >= 0; at -= 1) {
        const none = values[from + at];
        const some = values[from + inner + at];
        values[to + 2 * inner + at] = none + some;
        values[to + inner + at] = some;
        values[to + at] = none;
      }
    }
  }
}

/** Bring the derivatives by the copy back to those by the second table itself. */
function foldSecond({ second, secondSize, expanded, expansions }, gradients) {
  if (expanded < 0) {
    return;
  }
  for (let which = expansions.length - 1; which >= 0; which -= 1) {
    const { outer, inner } = expansions[which];
    for (let block = 0; block < outer; block += 1) {
      const from = expanded + block * 3 * inner;
      const to = expanded + block * 2 * inner;
      for (let at = 0; at < inner; at += 1) {
        const either = gradients[from + 2 * inner + at];
        const some = gradients[from + inner + at];
        gradients[to + at] = gradients[from + at] + either;
        gradients[to + inner + at] = some + either;
      }
    }
  }
  for (let at = 0; at < secondSize; at += 1) {
    gradients[second + at] += gradients[expanded + at];
  }
}
