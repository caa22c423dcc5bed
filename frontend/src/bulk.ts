// Choosing rows of a list: all of a page at once, how many are chosen, and the bar that acts on them.

function boxes(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.elements].filter(
    (one): one is HTMLInputElement => one instanceof HTMLInputElement && one.name === "pilih",
  );
}

function show(form: HTMLFormElement): void {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked).length;
  form.classList.toggle("is-active", chosen > 0);
  const count = form.querySelector("[data-bulk-count]");
  if (count) count.textContent = String(chosen);
  const head = document.querySelector<HTMLInputElement>("[data-bulk-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement)) return;
  const form = document.querySelector<HTMLFormElement>("form[data-bulk]");
  if (!form) return;
  if (box.matches("[data-bulk-all]")) for (const one of boxes(form)) one.checked = box.checked;
  show(form);
});
