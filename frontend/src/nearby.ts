// "Use my place": asks the browser where it is, on a click only, and goes to the directory with the nearest first.
// The exact place never leaves the phone: it is rounded to a tenth of a degree, some 11 km.
const TIMEOUT = 15_000; // milliseconds
const KEPT = 600_000; // milliseconds that an earlier answer is good enough

const rounded = (degrees: number): string => (Math.round(degrees * 10) / 10).toFixed(1);

const isInIndonesia = ({ latitude, longitude }: GeolocationCoordinates): boolean =>
  latitude >= -11.5 && latitude <= 6.5 && longitude >= 94.5 && longitude <= 141.5;

const say = (button: HTMLElement, what: "waiting" | "refused" | "failed" | "outside"): void => {
  for (const line of document.querySelectorAll<HTMLElement>("[data-locate-says]")) {
    line.hidden = line.dataset.locateSays !== what;
  }
  button.toggleAttribute("disabled", what === "waiting");
};

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-locate]") : null;
  if (!button) return;
  if (!("geolocation" in navigator)) return say(button, "failed");
  say(button, "waiting");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      if (!isInIndonesia(coords)) return say(button, "outside");
      const place = new URLSearchParams({ dekat: `${rounded(coords.latitude)},${rounded(coords.longitude)}` });
      location.assign(`${button.dataset.locate}${place}`);
    },
    (error) => say(button, error.code === error.PERMISSION_DENIED ? "refused" : "failed"),
    { enableHighAccuracy: false, maximumAge: KEPT, timeout: TIMEOUT },
  );
});

// Coming back to the page must not find the button still waiting.
window.addEventListener("pageshow", () => {
  document.querySelector("[data-locate]")?.removeAttribute("disabled");
});
