// Runs scripts one after another in one process, so that their libraries are loaded once: reads lines of JSON, each [SCRIPT, ARGUMENT...].
import { createInterface } from "node:readline";

let runs = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [script, ...args] = JSON.parse(line);
  process.argv.splice(2, process.argv.length, ...args);
  await import(`./${script}?run=${++runs}`); // under a name of its own: what was imported before would not run again
}
process.exit();
