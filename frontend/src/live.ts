// A part that shows itself anew waits while nobody looks at it, while something in it has the focus, or while the box
// that it names (data-live="ID") is ticked.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = (event as CustomEvent).detail;
  const part = elt instanceof HTMLElement && elt.hasAttribute("data-live") ? elt : null;
  if (!part) return;
  const pause = document.getElementById(part.dataset.live ?? "");
  const isPaused = pause instanceof HTMLInputElement && pause.checked;
  if (isPaused || document.hidden || part.contains(document.activeElement)) event.preventDefault();
});

// What somebody unfolded in it stays unfolded, and what they folded stays folded.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = (event as CustomEvent).detail;
  if (!(target instanceof HTMLElement) || !target.hasAttribute("data-live")) return;
  const folds = new Map([...target.querySelectorAll<HTMLDetailsElement>("details[id]")].map((one) => [one.id, one.open]));
  const restore = () => {
    for (const [id, open] of folds) {
      const fold = document.getElementById(id);
      if (fold instanceof HTMLDetailsElement) fold.open = open;
    }
  };
  document.addEventListener("htmx:afterSwap", restore, { once: true });
});
