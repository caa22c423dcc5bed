// Folds that lie over the page close when one looks elsewhere, dialogs open, toasts go away.

function closeFolds(except: Element | null): void {
  for (const fold of document.querySelectorAll<HTMLDetailsElement>("details[data-closes][open]")) {
    if (!except || !fold.contains(except)) fold.open = false;
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  closeFolds(target);
  const opener = target?.closest<HTMLElement>("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens ?? "");
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
  // A click beside a dialog's content lands on the dialog itself.
  if (target instanceof HTMLDialogElement && target.classList.contains("dialog")) target.close();
  target?.closest("[data-close-toast]")?.closest("[data-toast]")?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector<HTMLDetailsElement>("details[data-closes][open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary")?.focus();
});

// Tabbing out of a fold closes it, so that it never covers what has the focus.
document.addEventListener("focusin", (event) => closeFolds(event.target instanceof Element ? event.target : null));
