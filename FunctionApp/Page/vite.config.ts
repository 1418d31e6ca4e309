import { defineConfig } from "vite";
import { sizeLimit } from "./build/sizeLimit.ts";

/** Where `npm run dev` finds a running server: RILL_URL, or the address of `./run`. */
const server = process.env.RILL_URL ?? "http://localhost:7071";

export default defineConfig({
  // Relative addresses, so that one build serves / and /chat and whatever prefix a proxy puts before them.
  base: "./",
  build: {
    outDir: "dist",
    target: "es2022",
    // Browsers that know light-dark().
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    // The policy of the page allows no data: addresses for scripts and styles; an icon stays a file of its own.
    assetsInlineLimit: 0,
    // What the libraries' licences ask for; nobody who opens the page fetches it.
    license: { fileName: "licenses.md" },
  },
  server: { proxy: Object.fromEntries(["/v1", "/metrics", "/health"].map((path) => [path, server])) },
  plugins: [sizeLimit(150_000)],
});
