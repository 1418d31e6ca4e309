import { beforeEach, expect, test, vi } from "vitest";
import { changePane, newConversation } from "../src/chat/conversation";
import { statsOf } from "../src/chat/stats";
import { add, type Message } from "../src/chat/tree";

function refuse(): never {
  throw new DOMException("The operation is insecure.", "SecurityError");
}

/** What the browser does with what is to be written, and with what is to be read. */
let setMany: (entries: [string, unknown][]) => Promise<void> = refuse;
let values: () => Promise<unknown[]> = refuse;

// As Firefox does where cookies are blocked: at once, not as a promise that fails.
vi.stubGlobal(
  "BroadcastChannel",
  class {
    constructor() {
      refuse();
    }
  },
);
vi.stubGlobal("indexedDB", { open: refuse });
vi.mock("idb-keyval", async (original) => ({
  ...(await original<typeof import("idb-keyval")>()),
  setMany: (entries: [string, unknown][]) => setMany(entries),
  values: () => values(),
}));

const storage = await import("../src/state/storage");

beforeEach(() => {
  setMany = refuse;
  values = refuse;
});

test("a browser that forbids storage keeps nothing, and that is all", async () => {
  storage.onOthersChange(() => {});
  expect(await storage.loadAll()).toBeNull();
  expect(await storage.save([newConversation(1)])).toEqual([]);
  await storage.forget("one");
  await storage.forgetAll();
});

test("a conversation that is too large does not keep out the others", async () => {
  const [small, large, other] = [newConversation(1), newConversation(2), newConversation(3)];
  const kept: string[] = [];
  setMany = async (entries) => {
    if (entries.some(([id]) => id === large.id)) throw new DOMException("Full.", "QuotaExceededError");
    kept.push(...entries.map(([id]) => id));
  };
  expect(await storage.save([small, large, other])).toEqual([small, other]);
  expect(kept).toEqual([small.id, other.id]);
  expect(await storage.save([large])).toEqual([]);
});

test("a damaged conversation that was kept does not keep out the others", async () => {
  const [whole, damaged, older] = [newConversation(1), newConversation(2), newConversation(3)];
  const { settings, ...pane } = older.panes[0]!;
  values = async () => [whole, { ...damaged, panes: [{ ...damaged.panes[0], tree: { chosen: null, messages: {} } }] }, null, { ...older, panes: [pane] }];
  expect(await storage.loadAll()).toEqual([whole, { ...older, panes: [{ ...pane, settings }] }]);
});

test("an answer of which no figure is known is read as it was kept", async () => {
  const conversation = newConversation(1);
  const answer: Message = { id: "a", parent: null, role: "assistant", content: "", stats: statsOf({ sent: 0 }, null) };
  const kept = changePane(conversation, conversation.panes[0]!.id, (pane) => ({ ...pane, tree: add(pane.tree, answer) }));
  values = async () => [structuredClone(kept)]; // as the browser does: members that are undefined stay
  expect(Object.values(answer.stats!)).toContain(undefined);
  expect(await storage.loadAll()).toEqual([kept]);
});
