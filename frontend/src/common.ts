// What every page has. Everything works without it.
import "./styles/main.css";
import "./copy";
import "./folds";
import "./nearby";

document.documentElement.classList.add("has-script");

// One line says that the network is gone and that the page tries again by itself.
const offline = document.getElementById("sambungan");
const showOffline = (isOffline: boolean): void => {
  if (offline) offline.hidden = !isOffline;
};
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => showOffline(true));
}
document.addEventListener("htmx:afterOnLoad", () => showOffline(false));
window.addEventListener("online", () => showOffline(false));
window.addEventListener("offline", () => showOffline(true));

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target.closest("[data-back]") : null;
  if (target) history.back();
});

// On a phone the bar of tabs is wider than the page: show where one is.
for (const tab of document.querySelectorAll<HTMLElement>(".tabs-bar [aria-current]")) {
  const bar = tab.closest<HTMLElement>(".tabs-bar");
  if (bar) bar.scrollLeft = tab.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
}
