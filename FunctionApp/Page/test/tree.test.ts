import { expect, test } from "vitest";
import { add, change, choose, emptyTree, pathOf, pathTo, siblings, type Message } from "../src/chat/tree";

const message = (id: string, parent: string | null, role: Message["role"] = "user"): Message => ({ id, parent, role, content: id });
const tree = ["q1", "a1", "q2", "a2"].reduce(
  (tree, id, index, ids) => add(tree, message(id, ids[index - 1] ?? null, id.startsWith("a") ? "assistant" : "user")),
  emptyTree,
);
const ids = (messages: Message[]) => messages.map((message) => message.id);

test("the path goes from the first message to the last", () => {
  expect(ids(pathOf(tree))).toEqual(["q1", "a1", "q2", "a2"]);
});

test("another answer begins a branch, and the branch before is found again with what stood behind it", () => {
  const branched = add(tree, message("b1", "q1", "assistant"));
  expect(ids(pathOf(branched))).toEqual(["q1", "b1"]);
  expect(ids(siblings(branched, branched.messages["b1"]!))).toEqual(["a1", "b1"]);
  expect(ids(pathOf(choose(branched, branched.messages["a1"]!)))).toEqual(["q1", "a1", "q2", "a2"]);
});

test("the first message can be another one", () => {
  const branched = add(tree, message("p1", null));
  expect(ids(pathOf(branched))).toEqual(["p1"]);
  expect(ids(siblings(branched, branched.messages["q1"]!))).toEqual(["q1", "p1"]);
});

test("the path to a message does not ask which branch is shown", () => {
  expect(ids(pathTo(add(tree, message("b1", "q1", "assistant")), "q2"))).toEqual(["q1", "a1", "q2"]);
});

test("a choice that is no child ends the path", () => {
  expect(ids(pathOf({ ...tree, chosen: { ...tree.chosen, a2: "q1" } }))).toEqual(["q1", "a1", "q2", "a2"]);
});

test("a change leaves the tree before as it was", () => {
  const changed = change(tree, "a2", { content: "new" });
  expect([tree.messages["a2"]!.content, changed.messages["a2"]!.content]).toEqual(["a2", "new"]);
  expect(change(tree, "nowhere", { content: "new" })).toBe(tree);
});
