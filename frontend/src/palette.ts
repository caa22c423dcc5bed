// The command palette and the list of shortcuts. Without this file the search button leads to /cari/, which does the same.
import "./styles/palette.css";

const OFF = "balai-pintasan-mati"; // in this browser only: single keys get in the way of some people's speech input

const palette = document.querySelector<HTMLDialogElement>("#palet");
const shortcuts = document.querySelector<HTMLDialogElement>("#pintasan");
const input = palette?.querySelector<HTMLInputElement>("[role=combobox]");
const list = palette?.querySelector<HTMLElement>("[role=listbox]");

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
for (const key of document.querySelectorAll<HTMLElement>("[data-palette-key]")) {
  key.textContent = isMac ? "⌘ K" : "Ctrl K";
  key.classList.remove("hidden");
}

const options = (): HTMLElement[] => [...(list?.querySelectorAll<HTMLElement>("[role=option]") ?? [])];
const chosen = (): HTMLElement | null => list?.querySelector<HTMLElement>("[aria-selected=true]") ?? null;

function choose(option: HTMLElement | undefined): void {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input?.setAttribute("aria-activedescendant", option.id);
  else input?.removeAttribute("aria-activedescendant");
}

function move(step: number): void {
  const all = options();
  if (!all.length) return;
  const now = all.findIndex((option) => option === chosen());
  choose(all[(now + step + all.length) % all.length]);
}

function open(): void {
  if (!palette || !input || palette.open) return;
  shortcuts?.close();
  input.value = "";
  palette.showModal();
  input.focus();
  input.dispatchEvent(new Event("palette:open"));
}

// The first result is chosen as soon as there is one: Enter then goes where the eye is.
list?.addEventListener("htmx:afterSwap", () => choose(options()[0]));

input?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter" && chosen()) chosen()?.click();
  else return;
  event.preventDefault();
});

for (const dialog of [palette, shortcuts]) {
  dialog?.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    if (target === dialog || target.closest("[data-closes-dialog]")) dialog.close();
  });
}

const areOff = (): boolean => {
  try {
    return localStorage.getItem(OFF) !== null;
  } catch {
    return false; // storage may be shut
  }
};

const box = document.querySelector<HTMLInputElement>("#pintasan-nyala");
if (box) box.checked = !areOff();
box?.addEventListener("change", () => {
  try {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // Then it holds for this page only.
  }
});

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-palette]") : null;
  // A click that opens another tab is left to the browser.
  if (!link || !palette || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});

// A field in a dialog that was just shut may still be where the key is sent to.
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input, textarea, select")) &&
  !target.closest("dialog:not([open])");

document.addEventListener("keydown", (event) => {
  if (!palette || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
    return;
  }
  const isOff = box ? !box.checked : areOff();
  if (isOff || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") open();
  else if (event.key === "?") shortcuts?.showModal();
  else return;
  event.preventDefault();
});
