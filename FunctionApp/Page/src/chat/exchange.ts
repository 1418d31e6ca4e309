import type { Conversation } from "./conversation";
import { readConversation } from "./wholeness";

const format = "rill-conversations";

/** The file that `importFile` reads. */
export function exportFile(conversations: Conversation[]): string {
  return JSON.stringify({ format, version: 1, conversations }, null, 2);
}

/** Conversations of a file.
 * @throws Error The file is something else; the message says what. */
export function importFile(text: string): Conversation[] {
  let file: { format?: unknown; version?: unknown; conversations?: unknown } | null;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("The file is no JSON: choose one that was exported from this page.");
  }
  if (file?.format !== format || !Array.isArray(file.conversations))
    throw new Error("The file has no conversations of Rill: choose one that was exported from this page.");
  if (file.version !== 1) throw new Error("The file was written by a newer version of this page: update the server, then import it.");
  return file.conversations.map(take);
}

/** What is kept after an import: of one conversation, the version that was changed last. */
export function merge(kept: Conversation[], imported: Conversation[]): Conversation[] {
  const all = new Map(kept.map((conversation) => [conversation.id, conversation]));
  for (const conversation of imported) {
    if ((all.get(conversation.id)?.updated ?? -1) < conversation.updated) all.set(conversation.id, conversation);
  }
  return newestFirst([...all.values()]);
}

/** In the order of the list. */
export function newestFirst(conversations: Conversation[]): Conversation[] {
  return conversations.toSorted((a, b) => b.updated - a.updated);
}

function take(value: unknown, index: number): Conversation {
  const conversation = readConversation(value);
  if (conversation === null) throw new Error(`Conversation ${index + 1} of the file is damaged: nothing was imported.`);
  return conversation;
}
