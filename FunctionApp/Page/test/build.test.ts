import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isTaken } from "../build/node.mjs";

test.each([
  ["18.20.8", false],
  ["20.11.1", false],
  ["20.18.3", false],
  ["20.19.0", true],
  ["21.7.3", false],
  ["22.11.0", false],
  ["22.12.0", true],
  ["24.0.0", true],
])("whether the page is built with Node %s: %s", (version, expected) => {
  expect(isTaken(version)).toBe(expected);
});

test("those are the versions that Vite takes", () => {
  const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  // Where this is another range, build/node.mjs and the sentences that name these versions have to follow.
  expect(lock.packages["node_modules/vite"].engines.node).toBe("^20.19.0 || >=22.12.0");
});
