import { defaultSettings, type Settings } from "./settings";
import { emptyTree, pathOf, type Tree } from "./tree";

/** Messages and the settings they are answered with. A conversation has two to compare settings side by side. */
export interface Pane {
  id: string;
  settings: Settings;
  tree: Tree;
}

/** What is kept in the browser. Times are milliseconds since 1970. */
export interface Conversation {
  id: string;
  title: string;
  created: number;
  updated: number;
  panes: Pane[];
}

/** Title of a conversation that has no message yet. */
export const untitled = "New conversation";

const longestTitle = 60;

/** A conversation without messages. */
export function newConversation(now: number): Conversation {
  return { id: newId(), title: untitled, created: now, updated: now, panes: [{ id: newId(), settings: defaultSettings, tree: emptyTree }] };
}

/** A name that nothing else has. Not `crypto.randomUUID`, which pages over plain HTTP lack. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The title that the first message gives. */
export function titleFrom(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > longestTitle ? `${line.slice(0, longestTitle).trimEnd()}…` : line || untitled;
}

/** The conversation with one pane changed. */
export function changePane(conversation: Conversation, paneId: string, change: (pane: Pane) => Pane): Conversation {
  return { ...conversation, panes: conversation.panes.map((pane) => (pane.id === paneId ? change(pane) : pane)) };
}

/** The conversation with a second pane, which begins as a copy of the first. */
export function split(conversation: Conversation): Conversation {
  const [first] = conversation.panes;
  return first && conversation.panes.length === 1 ? { ...conversation, panes: [first, { ...first, id: newId() }] } : conversation;
}

/** The conversation without a pane, unless it is the last one. */
export function closePane(conversation: Conversation, paneId: string): Conversation {
  const panes = conversation.panes.filter((pane) => pane.id !== paneId);
  return panes.length > 0 ? { ...conversation, panes } : conversation;
}

/** True while nothing was said. */
export function isBlank(conversation: Conversation): boolean {
  return conversation.panes.every((pane) => pathOf(pane.tree).length === 0);
}
