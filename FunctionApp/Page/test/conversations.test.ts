import { beforeEach, expect, test, vi } from "vitest";
import { changePane, newConversation, type Conversation } from "../src/chat/conversation";
import { add, type Message } from "../src/chat/tree";

/** What the browser keeps, how long it takes to, whether it takes and gives anything, and how another tab says that it has changed it. */
const kept = new Map<string, Conversation>();
let writing = Promise.resolve();
let [isFull, isClosed] = [false, false];
let othersChange = () => {};

vi.mock("../src/state/storage", () => ({
  loadAll: async () => (isClosed ? null : [...kept.values()]),
  save: async (conversations: Conversation[]) => {
    await writing;
    if (isFull) return [];
    conversations.forEach((conversation) => kept.set(conversation.id, conversation));
    return conversations;
  },
  forget: async (id: string) => void kept.delete(id),
  forgetAll: async () => kept.clear(),
  onOthersChange: (action: () => void) => (othersChange = action),
}));
vi.stubGlobal("location", { hash: "", pathname: "/", search: "" });
vi.stubGlobal("history", { replaceState: () => {} });
vi.stubGlobal("addEventListener", () => {});

const state = await import("../src/state/conversations");
await state.start();

const say = (id: string, text: string) =>
  state.update(id, (conversation) =>
    changePane(conversation, conversation.panes[0]!.id, (pane) => {
      const message: Message = { id: text, parent: null, role: "user", content: text };
      return { ...pane, tree: add(pane.tree, message) };
    }),
  );
const settle = () => new Promise((resolve) => setTimeout(resolve));
const texts = (conversation: Conversation | undefined) => Object.keys(conversation?.panes[0]!.tree.messages ?? {});

beforeEach(async () => {
  writing = Promise.resolve();
  [isFull, isClosed] = [false, false];
  await state.removeAll();
});

test("a conversation is kept from its first message on", async () => {
  const { id } = state.current.value;
  await state.flush();
  expect(kept.size).toBe(0);
  say(id, "one");
  await state.flush();
  expect([texts(kept.get(id)), state.current.value.id]).toEqual([["one"], id]);
});

test("what another tab tells does not undo what this one is still writing", async () => {
  const { id } = state.current.value;
  let finish = () => {};
  writing = new Promise((resolve) => (finish = resolve));
  say(id, "one");
  const flushed = state.flush();
  othersChange();
  await settle();
  expect(texts(state.find(id))).toEqual(["one"]);
  say(id, "two");
  finish();
  await flushed;
  othersChange();
  await settle();
  expect(texts(state.find(id))).toEqual(["one", "two"]);
});

test("what another tab has written or deleted is so here", async () => {
  const { id } = state.current.value;
  say(id, "one");
  await state.flush();
  const own = state.find(id)!;
  kept.set(id, { ...own, title: "theirs", updated: own.updated + 1 });
  othersChange();
  await settle();
  expect(state.find(id)!.title).toBe("theirs");
  kept.delete(id);
  othersChange();
  await settle();
  expect(state.find(id)).toBeUndefined();
});

test("what the browser did not take stays in this tab, and is written with the next change", async () => {
  const { id } = state.current.value;
  const imported = newConversation(1);
  isFull = true;
  say(id, "one");
  await state.flush();
  await state.take([imported]);
  expect(state.isKept.value).toBe(false);
  othersChange();
  await settle();
  expect([texts(state.find(id)), state.find(imported.id)]).toEqual([["one"], imported]);
  isFull = false;
  say(id, "two");
  await state.flush();
  expect([state.isKept.value, [...kept.keys()].sort()]).toEqual([true, [id, imported.id].sort()]);
});

test("what cannot be read was not deleted", async () => {
  const { id } = state.current.value;
  say(id, "one");
  await state.flush();
  isClosed = true;
  othersChange();
  await settle();
  expect(texts(state.find(id))).toEqual(["one"]);
});
