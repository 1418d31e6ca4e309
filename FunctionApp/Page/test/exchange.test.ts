import { expect, test } from "vitest";
import { changePane, closePane, isBlank, newConversation, split, titleFrom, untitled } from "../src/chat/conversation";
import { exportFile, importFile, merge } from "../src/chat/exchange";
import { defaultSettings } from "../src/chat/settings";
import { add } from "../src/chat/tree";

const blank = newConversation(1000);
const said = changePane({ ...blank, id: "said" }, blank.panes[0]!.id, (pane) => ({
  ...pane,
  tree: add(pane.tree, { id: "m", parent: null, role: "user", content: "Hi" }),
}));

test("what was exported is imported as it was", () => {
  const both = [said, split(blank)];
  expect(importFile(exportFile(both))).toEqual(both);
});

test("settings that a file lacks are the defaults", () => {
  const file = JSON.parse(exportFile([said]));
  file.conversations[0].panes[0].settings = { system: "Be short." };
  expect(importFile(JSON.stringify(file))[0]!.panes[0]!.settings).toEqual({ ...defaultSettings, system: "Be short." });
});

test.each([
  ["no JSON", "x", /is no JSON/],
  ["something else", "{}", /has no conversations of Rill/],
  ["a list", "[]", /has no conversations of Rill/],
  ["null", "null", /has no conversations of Rill/],
  ["a newer version", '{"format":"rill-conversations","version":2,"conversations":[]}', /newer version/],
  ["a damaged conversation", '{"format":"rill-conversations","version":1,"conversations":[{"id":"a"}]}', /Conversation 1 of the file is damaged/],
  ["a damaged message", exportFile([said]).replace('"role": "user"', '"role": "root"'), /Conversation 1 of the file is damaged/],
  ["a message that is its own parent", exportFile([said]).replace('"parent": null', '"parent": "m"'), /Conversation 1 of the file is damaged/],
])("a file with %s is refused with a reason", (_, text, reason) => {
  expect(() => importFile(text)).toThrow(reason);
});

test("of one conversation the version that was changed last is kept, newest first", () => {
  const [older, newer] = [
    { ...said, updated: 1, title: "older" },
    { ...said, updated: 3, title: "newer" },
  ];
  const other = { ...newConversation(2000), updated: 2 };
  expect(merge([older, other], [newer]).map((one) => one.updated)).toEqual([3, 2]);
  expect(merge([newer], [older])).toEqual([newer]);
});

test("a second pane begins as the first, and either can be closed, but not both", () => {
  const two = split(said);
  const [first, second] = two.panes;
  expect(second).toEqual({ ...first, id: second!.id });
  expect(split(two)).toBe(two);
  expect(closePane(two, first!.id).panes).toEqual([second]);
  expect(closePane(said, first!.id)).toBe(said);
});

test("a conversation is blank until something is said", () => {
  expect([isBlank(blank), isBlank(said)]).toEqual([true, false]);
});

test("the title is the first line of the first message, cut where it is long", () => {
  expect(titleFrom("  What\n is  it? ")).toBe("What is it?");
  expect(titleFrom("x".repeat(100))).toBe(`${"x".repeat(60)}…`);
  expect(titleFrom(" ")).toBe(untitled);
});
