// The page: paint what the file itself says, unpack the model, then compute.
import { mountExplorer } from "./app.js";

const pageRoot = document.getElementById("kneebayes");

async function unpacked() {
  const letters = atob(document.getElementById("kneebayes-payload").textContent.trim());
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
}

requestAnimationFrame(() =>
  unpacked().then(
    (payload) => mountExplorer(pageRoot, payload),
    () => {
      const told = document.createElement("p");
      told.className = "kb-error";
      told.textContent = "This browser cannot unpack the model. Any browser of 2023 or later can.";
      pageRoot.append(told);
    },
  ),
);
