import type { Problem } from "../api/problem";
import type { TokenLogprob, ToolCall } from "../api/wire";
import type { Stats } from "./stats";

/** One message. `finish` is absent where an answer did not come to its end. */
export interface Message {
  id: string;
  parent: string | null;
  role: "user" | "assistant" | "tool";
  content: string;
  reasoning?: string;
  toolCalls?: ToolCall[];
  toolCallId?: string;
  tokens?: TokenLogprob[];
  finish?: string;
  stats?: Stats;
  warning?: string;
  problem?: Problem;
}

/** Messages that grow from one another; where several have one parent, `chosen` names the one that is shown. */
export interface Tree {
  messages: Record<string, Message>;
  chosen: Record<string, string>;
}

/** The name of no parent in `chosen`. */
const root = "root";

/** A tree without messages. */
export const emptyTree: Tree = { messages: {}, chosen: {} };

/** The messages that are shown, from the first to the last. */
export function pathOf(tree: Tree): Message[] {
  const path: Message[] = [];
  for (let next = tree.chosen[root]; next !== undefined; next = tree.chosen[next]) {
    const message = tree.messages[next];
    // What is chosen has to be a child: else a damaged file could lead in a circle.
    if (!message || message.parent !== (path.at(-1)?.id ?? null)) break;
    path.push(message);
  }
  return path;
}

/** The messages from the first to this one, whatever is shown. */
export function pathTo(tree: Tree, id: string | null): Message[] {
  const path: Message[] = [];
  for (let next = id; next !== null;) {
    const message = tree.messages[next];
    if (!message) break;
    path.unshift(message);
    next = message.parent;
  }
  return path;
}

/** The tree with a message more, which is shown. */
export function add(tree: Tree, message: Message): Tree {
  return {
    messages: { ...tree.messages, [message.id]: message },
    chosen: { ...tree.chosen, [message.parent ?? root]: message.id },
  };
}

/** The tree with a message that says something else. */
export function change(tree: Tree, id: string, changes: Partial<Message>): Tree {
  const message = tree.messages[id];
  return message ? { ...tree, messages: { ...tree.messages, [id]: { ...message, ...changes } } } : tree;
}

/** The message and what else stands in its place, in the order in which they came. */
export function siblings(tree: Tree, message: Message): Message[] {
  return Object.values(tree.messages).filter((other) => other.parent === message.parent);
}

/** Shows this message in its place, with what was last shown behind it. */
export function choose(tree: Tree, message: Message): Tree {
  return { ...tree, chosen: { ...tree.chosen, [message.parent ?? root]: message.id } };
}
