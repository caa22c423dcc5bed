// A button in a block of code copies it, and says so for a moment.

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copies]") : null;
  const code = button?.closest("figure")?.querySelector("code");
  const words = button?.querySelector("span");
  if (!button || !code || !words || button.dataset.label) return;
  await navigator.clipboard.writeText(code.textContent ?? "");
  button.dataset.label = words.textContent ?? "";
  words.textContent = button.dataset.done ?? "";
  setTimeout(() => {
    words.textContent = button.dataset.label ?? "";
    delete button.dataset.label;
  }, 2000);
});
