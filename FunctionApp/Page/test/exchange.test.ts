import { expect, test } from "vitest";
import { changePane, closePane, isBlank, newConversation, split, titleFrom, untitled } from "../src/chat/conversation";
import { exportFile, importFile, merge } from "../src/chat/exchange";
import { defaultSettings } from "../src/chat/settings";
import { add, type Message } from "../src/chat/tree";

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

test("a message with all that an answer can have is imported as it was", () => {
  const answer: Required<Message> = {
    id: "a",
    parent: "m",
    role: "assistant",
    content: "Yes",
    reasoning: "Hm",
    toolCalls: [{ id: "c", name: "f", arguments: "{}" }],
    toolCallId: "c",
    tokens: [{ token: "Yes", logprob: -1, bytes: null, top_logprobs: [{ token: "Yes", logprob: -1 }] }],
    finish: "stop",
    stats: { tokensPerSecond: 2.5 },
    warning: "so",
    problem: { message: "no", requestId: "r" },
  };
  const whole = changePane(said, said.panes[0]!.id, (pane) => ({ ...pane, tree: add(pane.tree, answer) }));
  expect(importFile(exportFile([whole]))).toEqual([whole]);
});

type Raw = Record<string, unknown>;

test.each<[string, (parts: { pane: Raw; tree: Raw; settings: Raw; message: Raw; conversation: Raw }) => void]>([
  ["no panes", ({ conversation }) => (conversation.panes = [])],
  ["a title of another kind", ({ conversation }) => (conversation.title = 5)],
  ["no tree", ({ pane }) => (pane.tree = null)],
  ["no choice", ({ tree }) => (tree.chosen = null)],
  ["a choice of another kind", ({ tree }) => (tree.chosen = { root: 1 })],
  ["no messages", ({ tree }) => (tree.messages = null)],
  ["no settings", ({ pane }) => (pane.settings = null)],
  ["a setting of another kind", ({ settings }) => (settings.system = 5)],
  ["no numbers", ({ settings }) => (settings.numbers = null)],
  ["a number that is none of a field", ({ settings }) => (settings.numbers = { seed: 7 })],
  ["calls that are no list", ({ message }) => (message.toolCalls = "x")],
  ["a call without a name", ({ message }) => (message.toolCalls = [{ id: "c", arguments: "{}" }])],
  ["a token without alternatives", ({ message }) => (message.tokens = [{ token: "a", logprob: 0, bytes: null }])],
  ["figures that are none", ({ message }) => (message.stats = { promptTokens: "x" })],
  ["a problem without a sentence", ({ message }) => (message.problem = {})],
])("a conversation with %s is damaged, and nothing is imported", (_, damage) => {
  const file = JSON.parse(exportFile([blank, said]));
  const [pane] = file.conversations[1].panes;
  damage({ conversation: file.conversations[1], pane, tree: pane.tree, settings: pane.settings, message: pane.tree.messages.m });
  expect(() => importFile(JSON.stringify(file))).toThrow("Conversation 2 of the file is damaged: nothing was imported.");
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
