// Everything works without this file. It makes lists answer while one types and long work show itself live.
import "./common";
import "./bulk";
import "./live";
import "./palette";
import htmx from "htmx.org";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false; // they would be an inline style, which the content policy forbids
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages may show people's data; the browser's own cache obeys our headers
htmx.config.scrollIntoViewOnBoost = false; // the end of this file says where to look after paging
htmx.config.timeout = 15_000; // milliseconds: a weak network is slow, a dead one must be noticed

// The library that draws charts is large: it comes only to pages that have one.
async function drawCharts(within: ParentNode): Promise<void> {
  if (within.querySelector("[data-chart]")) (await import("./chart")).drawCharts(within);
}
void drawCharts(document);
document.addEventListener("htmx:load", (event) => void drawCharts(event.target as Element));

// After paging, the eye and the screen reader go to the top of the new list.
document.addEventListener("htmx:afterSettle", (event) => {
  const { target, requestConfig } = (event as CustomEvent).detail;
  if (!requestConfig?.elt?.closest("[data-paging]")) return;
  const list = document.getElementById(target.id); // target itself has been replaced by it
  list?.focus({ preventScroll: true });
  list?.scrollIntoView({ block: "start" });
});
