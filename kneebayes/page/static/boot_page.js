// The page: paint what the file itself says, then compute.
import { mountExplorer } from "./app.js";

const pagePayload = JSON.parse(document.getElementById("kneebayes-payload").textContent);
requestAnimationFrame(() =>
  setTimeout(() => mountExplorer(document.getElementById("kneebayes"), pagePayload)),
);
