import { computed, signal } from "@preact/signals";
import { changePane, isBlank, newConversation, type Conversation, type Pane } from "../chat/conversation";
import { merge, newestFirst } from "../chat/exchange";
import { forget, forgetAll, loadAll, onOthersChange, save } from "./storage";

/** Changes of a streaming answer are written this often at most (ms). */
const savePause = 500;

/** What is kept, newest first. */
export const conversations = signal<Conversation[]>([]);

/** True once what is kept was read. */
export const isLoaded = signal(false);

/** False when the browser refused to keep something: the page says so. */
export const isKept = signal(true);

/** What is open: a kept conversation, or one without messages that is not kept yet. */
export const openId = signal("");
const draft = signal(newConversation(Date.now()));

/** The conversation that is open. */
export const current = computed(() => find(openId.value) ?? draft.value);

/** What this tab has changed and not written yet, is writing, or could not write. */
const unsaved = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Reads what is kept and opens what the address names, so that a reload shows what was there. */
export async function start(): Promise<void> {
  conversations.value = newestFirst((await loadAll()) ?? []);
  openFromAddress();
  onOthersChange(() => void takeFromOthers());
  addEventListener("hashchange", openFromAddress);
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && void flush());
  isLoaded.value = true;
}

/** Opens a kept conversation. */
export function open(id: string): void {
  openId.value = id;
  history.replaceState(null, "", `#${id}`);
}

/** Opens a conversation without messages. */
export function openNew(): void {
  draft.value = newConversation(Date.now());
  openId.value = "";
  history.replaceState(null, "", location.pathname + location.search);
}

/** A conversation by its id, as it is now. */
export function find(id: string): Conversation | undefined {
  return conversations.value.find((conversation) => conversation.id === id) ?? (draft.value.id === id ? draft.value : undefined);
}

/** Changes a conversation; one that is not blank any more is kept from then on. */
export function update(id: string, change: (conversation: Conversation) => Conversation): void {
  const before = find(id);
  if (!before) return;
  const after = { ...change(before), updated: Date.now() };
  if (before === draft.value && isBlank(after)) {
    draft.value = after;
    return;
  }
  if (before === draft.value) {
    conversations.value = [after, ...conversations.value];
    if (current.value === before) open(id);
    draft.value = newConversation(Date.now());
  } else {
    conversations.value = conversations.value.map((other) => (other.id === id ? after : other));
  }
  saveSoon(id);
}

/** Changes one pane of a conversation. */
export function updatePane(id: string, paneId: string, change: (pane: Pane) => Pane): void {
  update(id, (conversation) => changePane(conversation, paneId, change));
}

/** Deletes one. */
export async function remove(id: string): Promise<void> {
  conversations.value = conversations.value.filter((conversation) => conversation.id !== id);
  unsaved.delete(id);
  if (openId.value === id) openNew();
  await forget(id);
}

/** Deletes all. */
export async function removeAll(): Promise<void> {
  conversations.value = [];
  unsaved.clear();
  openNew();
  await forgetAll();
}

/** Takes conversations of a file. */
export async function take(imported: Conversation[]): Promise<void> {
  conversations.value = merge(conversations.value, imported);
  for (const { id } of imported) unsaved.add(id);
  await flush();
}

/** Writes what is not written yet. */
export async function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const changed = conversations.value.filter((conversation) => unsaved.has(conversation.id));
  if (changed.length === 0) return;
  const taken = await save(changed);
  isKept.value = taken.length === changed.length;
  for (const conversation of taken) {
    // One that was changed meanwhile is due again, as is one that was not taken: until then it is nowhere but here.
    if (find(conversation.id) === conversation) unsaved.delete(conversation.id);
  }
}

/** What another tab has kept or deleted is so here too, but for what this one has yet to write. */
async function takeFromOthers(): Promise<void> {
  const stored = await loadAll();
  if (stored === null) return;
  const kept = stored.map((conversation) => {
    const own = find(conversation.id);
    return own && (unsaved.has(own.id) || own.updated >= conversation.updated) ? own : conversation;
  });
  const unwritten = conversations.value.filter((own) => unsaved.has(own.id) && !kept.some((other) => other.id === own.id));
  conversations.value = newestFirst([...unwritten, ...kept]);
}

function openFromAddress(): void {
  const id = location.hash.slice(1);
  openId.value = find(id) ? id : "";
}

function saveSoon(id: string): void {
  unsaved.add(id);
  timer ??= setTimeout(() => void flush(), savePause);
}
