/** The table of what explains the complaint, fitted to shares and ratios just as Python fits it. */

// As in kneebayes/building/shares.py; tests/page/test_readings_js.py holds the tables to each other.
const TINIEST = 1e-300;
const CLOSE = 1e-13; // of shares, in logarithms
const FAR = 1e-5; // of ratios, in logarithms
const ROUNDS = 400;
const POLISH = 200;
const STEP = 0.7; // how far a ratio is moved by what it misses
const STRETCH = Math.log(6);
const FURTHEST = 8; // of a ratio that is used, in logarithms

/**
 * A table in which the shares hold over all people, and the odds ratios nearly.
 *
 * @param {Array<Array<number>>} contexts how frequent the states of each context are
 * @param {Array<Array<number>>} places of each ratio the places of an explanation, of a context
 *   and of its state, then of the states that it is compared with
 * @param {Array<Array<number>>} ratios the value, low and high of each
 * @param {Array<number>} shares of the explanations, in any unit
 * @returns {Array<number>} the table, explanations turning fastest
 */
export function tableOfShares(contexts, places, ratios, shares) {
  const frame = frameOf(contexts, places, shares.length);
  const total = shares.reduce((sum, one) => sum + one, 0);
  const wanted = shares.map((one) => logarithm(one / total));
  const goals = ratios.map(([value]) => logarithm(value));
  const yielding = ratios.map(([, low, high]) => (Math.log(high / low) / 2 / STRETCH) ** 2);
  const weights = [...wanted];
  const used = [...goals];
  for (let round = 0; round < ROUNDS; round += 1) {
    const table = tableOf(frame, weights, used);
    const reached = reachedBy(frame, table);
    sharesIn(frame, table).forEach((share, at) => {
      weights[at] += wanted[at] - logarithm(share);
    });
    let furthest = 0;
    for (let at = 0; at < used.length; at += 1) {
      const pull = yielding[at] * (used[at] - goals[at]);
      const missed = (goals[at] - reached[at] - pull) / (1 + yielding[at]);
      const moved = Math.min(Math.max(used[at] + STEP * missed, -FURTHEST), FURTHEST) - used[at];
      used[at] += moved;
      furthest = Math.max(furthest, Math.abs(moved));
    }
    if (furthest < FAR) break;
  }
  for (let round = 0; round < POLISH; round += 1) {
    const away = sharesIn(frame, tableOf(frame, weights, used)).map((share, at) => wanted[at] - logarithm(share));
    if (away.every((one) => Math.abs(one) < CLOSE)) break;
    away.forEach((one, at) => {
      weights[at] += one;
    });
  }
  return Array.from(tableOf(frame, weights, used));
}

const logarithm = (number) => Math.log(Math.max(number, TINIEST));

/** The cells of the table, one for each combination of states, and whom each ratio compares. */
function frameOf(contexts, places, count) {
  let cells = [{ weight: 1, states: [] }];
  for (const states of contexts) {
    cells = cells.flatMap((cell) =>
      states.map((share, state) => ({ weight: cell.weight * share, states: [...cell.states, state] })),
    );
  }
  const among = (axis, states) => cells.flatMap((cell, at) => (states.includes(cell.states[axis]) ? [at] : []));
  return {
    count,
    cells: cells.map((cell) => cell.weight),
    compared: places.map(([cause, axis, state, ...others]) => ({
      cause,
      mine: among(axis, [state]),
      other: among(axis, others),
    })),
  };
}

function tableOf({ count, cells, compared }, weights, used) {
  const table = new Float64Array(cells.length * count);
  cells.forEach((_, cell) => table.set(weights, cell * count));
  compared.forEach(({ cause, mine }, at) => {
    for (const cell of mine) table[cell * count + cause] += used[at];
  });
  cells.forEach((_, cell) => {
    const row = table.subarray(cell * count, (cell + 1) * count);
    const highest = row.reduce((most, one) => Math.max(most, one), -Infinity);
    let sum = 0;
    for (let at = 0; at < count; at += 1) {
      row[at] = Math.exp(row[at] - highest);
      sum += row[at];
    }
    for (let at = 0; at < count; at += 1) row[at] /= sum;
  });
  return table;
}

/** How frequent each explanation is over all cells. */
function sharesIn({ count, cells }, table) {
  const found = new Array(count).fill(0);
  cells.forEach((weight, cell) => {
    for (let at = 0; at < count; at += 1) found[at] += weight * table[cell * count + at];
  });
  return found;
}

/** Logarithms of the odds ratios that a table has. */
function reachedBy({ count, cells, compared }, table) {
  const odds = (people, cause) => {
    let weight = 0;
    let sum = 0;
    for (const cell of people) {
      weight += cells[cell];
      sum += cells[cell] * table[cell * count + cause];
    }
    const share = Math.min(Math.max(sum / Math.max(weight, TINIEST), TINIEST), 1 - 1e-16);
    return Math.log(share) - Math.log1p(-share);
  };
  return compared.map(({ cause, mine, other }) => odds(mine, cause) - odds(other, cause));
}
