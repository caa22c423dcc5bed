import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  plugins: [tailwindcss()],
  build: {
    outDir: "dist",
    // Django reads which hashed file belongs to which source from here.
    manifest: "manifest.json",
    // A strict content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // htmx names eval; main.ts switches it off (allowEval), so the bundler need not warn.
    rolldownOptions: { input: ["src/main.ts", "src/plain.ts"], checks: { eval: false } },
  },
});
