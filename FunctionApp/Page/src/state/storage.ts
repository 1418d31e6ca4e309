import { clear, createStore, del, setMany, values } from "idb-keyval";
import type { Conversation } from "../chat/conversation";
import { readConversation } from "../chat/wholeness";

// A browser that forbids storage, as some do in private windows or without cookies, throws at once or rejects later: the page goes on either way.
const store = createStore("rill", "conversations");

/** Where this page's other tabs hear that something was changed; null where the browser forbids that. */
const channel = openChannel();

/** All that is kept and can be shown: an earlier version let damaged ones in. Null where it cannot be read. */
export async function loadAll(): Promise<Conversation[] | null> {
  try {
    const kept = await values<unknown>(store);
    return kept.map(readConversation).filter((conversation) => conversation !== null);
  } catch {
    return null;
  }
}

/** Keeps conversations as they are now, and tells which of them the browser took: one that is too large for it does not keep out the others. */
export async function save(conversations: Conversation[]): Promise<Conversation[]> {
  if (await put(conversations)) return conversations;
  const taken: Conversation[] = [];
  if (conversations.length > 1) for (const conversation of conversations) if (await put([conversation])) taken.push(conversation);
  return taken;
}

/** Forgets one. */
export async function forget(id: string): Promise<void> {
  await write(() => del(id, store));
}

/** Forgets all. */
export async function forgetAll(): Promise<void> {
  await write(() => clear(store));
}

/** Does something when another tab has changed what is kept. */
export function onOthersChange(action: () => void): void {
  if (channel) channel.onmessage = action;
}

/** Keeps all of them or none. */
function put(conversations: Conversation[]): Promise<boolean> {
  const entries = conversations.map((conversation): [string, Conversation] => [conversation.id, conversation]);
  return write(() => setMany(entries, store));
}

/** Writes, and tells the other tabs. False where the browser does not take it. */
async function write(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
  } catch {
    return false;
  }
  channel?.postMessage(null);
  return true;
}

function openChannel(): BroadcastChannel | null {
  try {
    return new BroadcastChannel("rill-conversations");
  } catch {
    return null;
  }
}
