// The page: paint what the file itself says, unpack the model, then compute.
import { mountExplorer } from "./app.js";
import { payloadIn } from "./view_settings.js";

const pageRoot = document.getElementById("kneebayes");

async function unpacked() {
  const letters = atob(document.getElementById("kneebayes-payload").textContent.trim());
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
}

/** Show the model as it is in one setting; another one begins anew with the same answers. */
function openIn(payload, at, answers, again = false) {
  const shown = mountExplorer(pageRoot, payloadIn(payload, at), {
    answers,
    setting: {
      at,
      again,
      choose(next) {
        const said = shown.answers();
        shown.destroy();
        openIn(payload, next, said, true);
        pageRoot.querySelector(".kb-setting select").focus();
      },
    },
  });
}

requestAnimationFrame(() =>
  unpacked().then(
    (payload) => openIn(payload, 0, {}),
    () => {
      const told = document.createElement("p");
      told.className = "kb-error";
      told.textContent = "This browser cannot unpack the model. Any browser of 2023 or later can.";
      pageRoot.append(told);
    },
  ),
);
