// Long work in slices, so that the page answers while it computes. (A worker would need a
// weaker security policy: it could not be told apart from any other script.)
import { questionsReady } from "./questions.js";

const SLICE = 12; // milliseconds: what is pressed meanwhile is seen at the next frame

/**
 * All open questions, the same as `questions` tells, a few at a time.
 *
 * `onProgress(done, all)` is told how far it is, `onDone(rows)` the result, once. Returns a
 * function that stops it.
 */
export function questionsInSlices(model, answers, options, onDone, onProgress = () => {}) {
  let ready = null;
  const rows = [];
  let done = 0;
  let timer = setTimeout(() => {
    ready = questionsReady(model, answers, options);
    slice();
  });

  function slice() {
    const start = performance.now();
    while (done < ready.open.length && performance.now() - start < SLICE) {
      rows.push(...ready.askOf(ready.open[done]));
      done += 1;
    }
    if (done < ready.open.length) {
      onProgress(done, ready.open.length);
      timer = setTimeout(slice);
      return;
    }
    rows.sort((one, other) => other.bits - one.bits);
    onDone(Object.assign(rows, { tooWide: ready.tooWide, certain: ready.certain }));
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
