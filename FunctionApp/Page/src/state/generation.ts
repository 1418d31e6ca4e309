import { signal, type Signal } from "@preact/signals";
import { call } from "../api/call";
import { problemIn, problemOf, problemOfThrown, RequestFailure } from "../api/problem";
import { readEvents } from "../api/sse";
import type { Chunk } from "../api/wire";
import { applyChunk, applyComment, emptyAnswer, snapshot, type Answer } from "../chat/answer";
import { newId, type Conversation, type Pane } from "../chat/conversation";
import { requestBody } from "../chat/request";
import { statsOf } from "../chat/stats";
import { add, change, pathTo, type Message } from "../chat/tree";
import { find, flush, updatePane } from "./conversations";
import { announce } from "./announcements";
import { onFrame } from "./frames";
import { watchServer } from "./server";

/** Answers on their way are kept this often, for a reload (ms). */
const keepPause = 1000;

/** An answer that is on its way. */
interface Run {
  answer: Signal<Answer>;
  controller: AbortController;
  paneId: string;
}

/** Answers on their way, by the id of their message. */
export const runs = signal<ReadonlyMap<string, Run>>(new Map());

/** True while an answer of this conversation is on its way. */
export function isRunning(conversation: Conversation): boolean {
  return conversation.panes.some((pane) => runOf(pane) !== undefined);
}

/** The answer that is on its way in a pane. */
export function runOf(pane: Pane): Run | undefined {
  return [...runs.value.values()].find((run) => run.paneId === pane.id);
}

/** Ends the answers of a conversation where they are. */
export function stop(conversation: Conversation): void {
  for (const pane of conversation.panes) runOf(pane)?.controller.abort();
}

/** Has the model answer `parent`, in a new branch behind it.
 * @throws SettingError What the settings say cannot be sent. */
export async function generate(conversationId: string, paneId: string, parent: string): Promise<void> {
  const pane = find(conversationId)?.panes.find((pane) => pane.id === paneId);
  if (!pane) return;
  const body = requestBody(pane.settings, pathTo(pane.tree, parent));
  const id = newId();
  const run: Run = { answer: signal(emptyAnswer(performance.now())), controller: new AbortController(), paneId };
  runs.value = new Map(runs.value).set(id, run);
  const message: Message = { id, parent, role: "assistant", content: "" };
  updatePane(conversationId, paneId, (pane) => ({ ...pane, tree: add(pane.tree, message) }));
  announce("The answer begins.");
  const keep = () => keepAnswer(conversationId, paneId, message, run.answer.value);
  const keeping = setInterval(keep, keepPause);
  try {
    await stream(run, body);
  } finally {
    clearInterval(keeping);
    keep();
    const rest = new Map(runs.value);
    rest.delete(id);
    runs.value = rest;
    await flush();
    announceEnd(run.answer.value);
  }
}

/** Reads the answer to its end; what goes wrong becomes a part of it. */
async function stream({ answer, controller }: Run, body: unknown): Promise<void> {
  const state = answer.value;
  const show = onFrame(() => (answer.value = snapshot(state)));
  let requestId: string | undefined;
  try {
    const response = await call("v1/chat/completions", post(body, controller.signal), () => (state.times.sent = performance.now()));
    if (!response.ok || !response.body) throw new RequestFailure(await problemOf(response));
    requestId = response.headers.get("x-request-id") ?? undefined;
    state.warning = response.headers.get("x-rill-warning") ?? undefined;
    for await (const item of readEvents(response.body)) {
      if (item.type === "comment") applyComment(state, item.text);
      else if (item.data !== "[DONE]") read(state, item.data, requestId);
      show.soon();
    }
    if (state.finish === null) throw new Error("The stream ended without an end.");
  } catch (thrown) {
    if (!controller.signal.aborted) {
      state.problem = problemOfThrown(thrown, requestId);
      void watchServer();
    }
  }
  state.wait = null;
  show.now();
}

function post(body: unknown, signal: AbortSignal): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal };
}

function read(answer: Answer, data: string, requestId: string | undefined): void {
  const event = JSON.parse(data) as Chunk;
  const problem = problemIn(event, requestId);
  if (problem) throw new RequestFailure(problem);
  applyChunk(answer, event, performance.now());
}

/** What is kept of an answer, whole or not. */
export function messageChanges(answer: Answer): Partial<Message> {
  return {
    content: answer.content,
    reasoning: answer.reasoning || undefined,
    toolCalls: answer.toolCalls.length > 0 ? answer.toolCalls : undefined,
    tokens: answer.tokens.length > 0 ? answer.tokens : undefined,
    finish: answer.finish ?? undefined,
    stats: statsOf(answer.times, answer.usage),
    warning: answer.warning,
    problem: answer.problem,
  };
}

function keepAnswer(conversationId: string, paneId: string, message: Message, answer: Answer): void {
  updatePane(conversationId, paneId, (pane) => {
    // Another tab may have written the conversation without it, or without its question too: then it has no place.
    const isThere = message.id in pane.tree.messages;
    if (!isThere && message.parent !== null && !(message.parent in pane.tree.messages)) return pane;
    const tree = isThere ? pane.tree : add(pane.tree, message);
    return { ...pane, tree: change(tree, message.id, messageChanges(answer)) };
  });
}

function announceEnd(answer: Answer): void {
  if (answer.problem) return; // It is an alert of its own.
  announce(answer.content ? `The answer: ${answer.content}` : "The answer has ended.");
}
