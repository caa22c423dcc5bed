// Writes icons.json: the drawings of the icons that the templates use, for {% icon %} to inline.
// The file is committed, so that a server renders icons without node_modules. Source: Lucide (ISC licence).
import { readFileSync, writeFileSync } from "node:fs";

const names = [
  "arrow-left",
  "arrow-right",
  "briefcase-business",
  "calendar",
  "check",
  "chevron-left",
  "chevron-right",
  "circle-check",
  "circle-x",
  "clipboard-list",
  "clock",
  "compass",
  "copy",
  "download",
  "eye",
  "factory",
  "fingerprint",
  "graduation-cap",
  "history",
  "house",
  "id-card",
  "image",
  "info",
  "key-round",
  "landmark",
  "languages",
  "lock",
  "log-in",
  "log-out",
  "mail",
  "map-pin",
  "megaphone",
  "message-circle",
  "monitor-smartphone",
  "pencil",
  "school",
  "search",
  "send",
  "shield-check",
  "sliders-horizontal",
  "smartphone",
  "trash-2",
  "triangle-alert",
  "undo-2",
  "user-plus",
  "user-round",
  "users-round",
  "wifi-off",
  "x",
];

const here = new URL("..", import.meta.url);
const icons = Object.fromEntries(
  names.map((name) => {
    const svg = readFileSync(new URL(`node_modules/lucide-static/icons/${name}.svg`, here), "utf8");
    const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return [name, inner.replace(/\s+/g, " ").replace(/ \/>/g, "/>").replace(/> </g, "><").trim()];
  }),
);
writeFileSync(new URL("icons.json", here), `${JSON.stringify(icons, null, 1)}\n`);
