import { expect, test } from "vitest";
import { canBeKey } from "../src/api/key";

test.each([
  ["sk-0123_AZ+/=", true],
  ["with a blank", true],
  ["sk\u20130123", false],
  ["\u201csk-0123\u201d", false],
  ["schl\u00fcssel", false],
  ["one\ntwo", false],
])("whether '%s' can be a key: %s", (text, expected) => {
  expect(canBeKey(text)).toBe(expected);
});
