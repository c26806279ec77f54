// Long work in slices, so that the page answers while it computes. (A worker would need a
// weaker security policy: it could not be told apart from any other script.)
import { questions } from "./questions.js";

const QUESTIONS_IN_A_SLICE = 4;

/**
 * All open questions, the same as `questions` tells, a few at a time.
 *
 * `onProgress(done, all)` is told how far it is, `onDone(rows)` the result, once. Returns a
 * function that stops it.
 */
export function questionsInSlices(model, answers, options, onDone, onProgress = () => {}) {
  const { findings, contexts } = model.payload;
  const open = [...findings, ...contexts].filter((one) => !(one.id in answers));
  let rows = [];
  let done = 0;
  let timer = setTimeout(slice);

  function slice() {
    const some = open.slice(done, done + QUESTIONS_IN_A_SLICE);
    const payload = { ...model.payload, contexts: [], findings: [] };
    payload.contexts = some.filter((one) => contexts.includes(one));
    payload.findings = some.filter((one) => findings.includes(one));
    const found = questions({ ...model, payload }, answers, options);
    rows = rows.concat(found);
    done += some.length;
    if (done < open.length && !found.tooWide && !found.certain) {
      onProgress(done, open.length);
      timer = setTimeout(slice);
      return;
    }
    rows.sort((one, other) => other.bits - one.bits);
    onDone(Object.assign(rows, { tooWide: found.tooWide, certain: found.certain }));
  }

  return () => clearTimeout(timer);
}

/** Tasks one after the other, each told how to say that it is done; later ones wait. */
export function taskQueue() {
  const waiting = [];
  let stop = null;
  let running = false;

  function next() {
    running = waiting.length > 0;
    if (running) stop = waiting.shift()(next);
  }

  return {
    add(task) {
      waiting.push(task);
      if (!running) next();
    },
    clear() {
      waiting.length = 0;
      if (running && stop) stop();
      running = false;
    },
  };
}
