import { signal } from "@preact/signals";
import { newId, titleFrom, untitled, type Conversation } from "../chat/conversation";
import { requestBody, SettingError } from "../chat/request";
import { add, choose, pathOf, siblings, type Message } from "../chat/tree";
import { find, update, updatePane } from "./conversations";
import { generate, runOf } from "./generation";
import { settingsPane, side } from "./view";

/** What of the settings kept a message from being sent. */
export const settingProblem = signal<{ paneId: string; field: SettingError["field"]; message: string } | null>(null);

/** Sends a text in every pane. False when the settings do not allow it; then they are shown. */
export function send(conversationId: string, text: string): boolean {
  const conversation = find(conversationId);
  if (!conversation || !canSend(conversation)) return false;
  const ids = conversation.panes.map(() => newId());
  update(conversationId, (conversation) => ({
    ...conversation,
    title: conversation.title === untitled ? titleFrom(text) : conversation.title,
    panes: conversation.panes.map((pane, index) => ({
      ...pane,
      tree: add(pane.tree, { id: ids[index]!, parent: pathOf(pane.tree).at(-1)?.id ?? null, role: "user", content: text }),
    })),
  }));
  conversation.panes.forEach((pane, index) => void generate(conversationId, pane.id, ids[index]!));
  return true;
}

/** Has the model answer once more, beside the answer that is there. */
export function regenerate(conversationId: string, paneId: string, message: Message): void {
  const conversation = find(conversationId);
  if (conversation && canSend(conversation, paneId) && message.parent !== null) void generate(conversationId, paneId, message.parent);
}

/**
 * Puts another text beside a person's message, and has it answered. False while an answer is on its way in the pane, and when the settings do
 * not allow it; then they are shown.
 */
export function edit(conversationId: string, paneId: string, message: Message, text: string): boolean {
  const conversation = find(conversationId);
  const pane = conversation?.panes.find((pane) => pane.id === paneId);
  if (!conversation || !pane || runOf(pane) || !canSend(conversation, paneId)) return false;
  const id = newId();
  updatePane(conversationId, paneId, (pane) => ({ ...pane, tree: add(pane.tree, { id, parent: message.parent, role: "user", content: text }) }));
  void generate(conversationId, paneId, id);
  return true;
}

/** Shows the message that stands `step` places from this one. */
export function turn(conversationId: string, paneId: string, message: Message, step: number): void {
  updatePane(conversationId, paneId, (pane) => {
    const places = siblings(pane.tree, message);
    const next = places[places.findIndex((other) => other.id === message.id) + step];
    return next ? { ...pane, tree: choose(pane.tree, next) } : pane;
  });
}

/** Gives the model the results of its calls, in their order. */
export function giveResults(conversationId: string, paneId: string, message: Message, results: string[]): void {
  const conversation = find(conversationId);
  if (!conversation || !canSend(conversation, paneId)) return;
  let parent = message.id;
  updatePane(conversationId, paneId, (pane) => {
    let tree = pane.tree;
    for (const [index, call] of (message.toolCalls ?? []).entries()) {
      const id = newId();
      tree = add(tree, { id, parent, role: "tool", toolCallId: call.id, content: results[index] ?? "" });
      parent = id;
    }
    return { ...pane, tree };
  });
  void generate(conversationId, paneId, parent);
}

/** Looks whether requests can be made of the settings, before anything is changed. */
function canSend(conversation: Conversation, paneId?: string): boolean {
  for (const pane of conversation.panes.filter((pane) => paneId === undefined || pane.id === paneId)) {
    try {
      requestBody(pane.settings, []);
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      settingProblem.value = { paneId: pane.id, field: error.field, message: error.message };
      settingsPane.value = pane.id;
      side.value = "settings";
      return false;
    }
  }
  settingProblem.value = null;
  return true;
}
