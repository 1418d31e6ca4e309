// Called by the build of the app: installs what the lock file names and builds the page, each only where something is newer than what is there.
// Exit codes: 0, dist/ is up to date; 2, the page's sources are wrong; 3, this machine cannot build it (the output says why), and dist/, if
// there is one, is left as it was. With --tests what `npm test` needs is installed too, which doubles what is fetched.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { isTaken } from "./node.mjs";

const page = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(page, "dist");
const next = join(page, "node_modules/.rill-page"); // on the same disk, and where nobody looks for sources
const lock = join(page, ".building");
const sources = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "src", "build"];

const withTests = process.argv.includes("--tests");
const wrong = 2;
const unable = 3;

function end(code, sentence) {
  console.log(sentence);
  process.exit(code);
}

/** When a file was written last, or the newest of a folder; 0 for none. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const status = statSync(path);
  return status.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : status.mtimeMs;
}

function isRunning(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (failure) {
    return failure.code === "EPERM";
  }
}

/** One build at a time; a lock whose owner has died is nobody's. */
function takeLock() {
  for (const patience = Date.now() + 10 * 60_000; Date.now() < patience; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      process.on("exit", () => rmSync(lock, { force: true }));
      return;
    } catch (failure) {
      if (failure.code !== "EEXIST") throw failure;
    }

    const owner = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
    if (owner > 0 && !isRunning(owner)) rmSync(lock, { force: true });
  }

  end(unable, `Another build of the page goes on for ten minutes; if there is none, remove ${lock}.`);
}

function npm(...args) {
  const run = spawnSync("npm", args, { cwd: page, encoding: "utf8", shell: process.platform === "win32" });
  return { failed: run.status !== 0, said: (run.error ? String(run.error) : `${run.stdout}${run.stderr}`).replace(/\n(npm error)? +at .*/g, "").trim() };
}

/** Of all that npm says of a failure, the line for people. */
function reason(said) {
  const lines = said.split("\n").map((line) => line.replace(/^npm (error|warn) ?/, ""));
  return lines.find((line) => line && !/^(code|syscall|errno|path) /.test(line)) ?? said;
}

// npm writes the inner file last.
const isInstalled = () =>
  newest(join(page, "node_modules/.package-lock.json")) > newest(join(page, "package-lock.json")) &&
  (!withTests || existsSync(join(page, "node_modules/vitest")));

// A build is not to wait for minutes for a registry that does not answer.
const quickly = ["--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"];

function install() {
  if (isInstalled()) return;
  console.log("Fetching the packages of the page ...");
  const run = npm("ci", "--no-audit", "--no-fund", "--ignore-scripts", ...quickly, ...(withTests ? [] : ["--omit=dev"]));
  if (run.failed) end(unable, `npm cannot install its packages: ${reason(run.said)}; npm ci in FunctionApp/Page says more.`);
}

/** What a client is sent that takes them, beside each file that shrinks; the licences are sent to nobody. */
function compress(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      compress(path);
      continue;
    }

    if (entry.name.endsWith(".md")) continue;
    const content = readFileSync(path);
    const forms = { br: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }), gz: gzipSync(content, { level: 9 }) };
    for (const [ending, form] of Object.entries(forms)) {
      if (form.length < content.length) writeFileSync(`${path}.${ending}`, form);
    }
  }
}

function build() {
  const begun = new Date();
  console.log("Building the page ...");
  const run = npm("run", "--silent", "build", "--", "--outDir", next, "--emptyOutDir");
  if (run.failed) end(wrong, `The page cannot be built (npm run build): ${run.said}`);
  compress(next);
  utimesSync(join(next, "index.html"), begun, begun); // a source that changes meanwhile counts as newer
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
}

const isCurrent = () => newest(join(dist, "index.html")) > Math.max(...sources.map((source) => newest(join(page, source))));

if (!isTaken(process.versions.node)) end(unable, `The page needs Node 20.19, 22.12 or later; this is ${process.versions.node}.`);
if (!isCurrent() || (withTests && !isInstalled())) {
  takeLock();
  install();
  if (!isCurrent()) build();
}
