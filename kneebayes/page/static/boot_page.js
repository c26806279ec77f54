// The page: paint what the file itself says, unpack the model, then compute.
import { mountExplorer } from "./app.js";
import { payloadIn } from "./readings.js";

const pageRoot = document.getElementById("kneebayes");

async function unpacked() {
  const letters = atob(document.getElementById("kneebayes-payload").textContent.trim());
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
}

/** Show the model as it is in one reading; another one begins anew with the same answers. */
function openIn(payload, reading, answers, used = "") {
  const shown = mountExplorer(pageRoot, reading === null ? payload : payloadIn(payload, reading), {
    answers,
    choice: reading === null ? null : {
      ...reading,
      used,
      choose(kind, id) {
        const said = shown.answers();
        shown.destroy();
        openIn(payload, { ...reading, [kind]: id }, said, kind);
        pageRoot.querySelector(`.kb-setting [id$=-${kind}]`).focus();
      },
    },
  });
}

/** The reading of the model itself; null where there is no other. */
function ownReading({ readings, layers, layer, lexicon, setting }) {
  const others = (readings?.lexicons ?? []).length > 0 || (layers ?? []).length > 0;
  return others ? { layer, lexicon: lexicon.id, setting: setting ?? "" } : null;
}

requestAnimationFrame(() =>
  unpacked().then(
    (payload) => openIn(payload, ownReading(payload), {}),
    () => {
      const told = document.createElement("p");
      told.className = "kb-error";
      told.textContent = "This browser cannot unpack the model. Any browser of 2023 or later can.";
      pageRoot.append(told);
    },
  ),
);
