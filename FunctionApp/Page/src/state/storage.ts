import { clear, createStore, del, setMany, values } from "idb-keyval";
import type { Conversation } from "../chat/conversation";

const store = createStore("rill", "conversations");

/** Where this page's other tabs hear that something was changed. */
const channel = new BroadcastChannel("rill-conversations");

/** All that is kept; nothing where the browser forbids storage, as some do in private windows. */
export async function loadAll(): Promise<Conversation[]> {
  return values<Conversation>(store).catch(() => []);
}

/** Keeps conversations as they are now. False where the browser does not take them. */
export async function save(conversations: Conversation[]): Promise<boolean> {
  return setMany(
    conversations.map((conversation) => [conversation.id, conversation]),
    store,
  ).then(tellOthers, () => false);
}

/** Forgets one. */
export async function forget(id: string): Promise<void> {
  await del(id, store).then(tellOthers, () => {});
}

/** Forgets all. */
export async function forgetAll(): Promise<void> {
  await clear(store).then(tellOthers, () => {});
}

/** Does something when another tab has changed what is kept. */
export function onOthersChange(action: () => void): void {
  channel.onmessage = action;
}

function tellOthers(): true {
  channel.postMessage(null);
  return true;
}
