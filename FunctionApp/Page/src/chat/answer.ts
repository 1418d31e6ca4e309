import type { Problem } from "../api/problem";
import type { Chunk, TokenLogprob, ToolCall, Usage } from "../api/wire";

/** What an answer waits for before its first token; `percent` where the server tells it. */
export type Wait = { kind: "loading"; what: string; percent?: number } | { kind: "queued"; ahead: number };

/** Milliseconds on one clock. */
export interface Times {
  sent: number;
  first?: number;
  last?: number;
}

/** An answer so far. */
export interface Answer {
  content: string;
  reasoning: string;
  toolCalls: ToolCall[];
  tokens: TokenLogprob[];
  finish: string | null;
  usage: Usage | null;
  model?: string;
  wait: Wait | null;
  warning?: string;
  problem?: Problem;
  times: Times;
}

/** An answer to a request that was sent at `now`. */
export function emptyAnswer(now: number): Answer {
  return { content: "", reasoning: "", toolCalls: [], tokens: [], finish: null, usage: null, wait: null, times: { sent: now } };
}

/** Adds an event to the answer. */
export function applyChunk(answer: Answer, chunk: Chunk, now: number): void {
  answer.model = chunk.model ?? answer.model;
  answer.usage = chunk.usage ?? answer.usage;
  const choice = chunk.choices.find((choice) => choice.index === 0);
  if (!choice) return;
  const { content, tool_calls: calls } = choice.delta;
  const reasoning = choice.delta.reasoning_content ?? choice.delta.reasoning; // the same under two names, or under the one that is set
  if (content || reasoning || calls?.length) {
    answer.wait = null;
    answer.times.first ??= now;
    answer.times.last = now;
  }
  answer.content += content ?? "";
  answer.reasoning += reasoning ?? "";
  for (const call of calls ?? []) addToCall(answer.toolCalls, call);
  if (choice.logprobs?.content) answer.tokens.push(...choice.logprobs.content);
  answer.finish = choice.finish_reason ?? answer.finish;
}

/** Reads a comment of the stream: what the server says of the time before the first token. */
export function applyComment(answer: Answer, text: string): void {
  const [name, ...rest] = text.split(":");
  const value = rest.join(":").trim();
  if (name === "loading") {
    const percent = /(\d+) ?%/.exec(value)?.[1];
    answer.wait = { kind: "loading", what: value, percent: percent === undefined ? undefined : Number(percent) };
  } else if (name === "queued") {
    answer.wait = { kind: "queued", ahead: Number(value) || 0 };
  } else if (name === "x-rill-warning") {
    answer.warning = value;
  }
}

/** The answer as it is now, which does not change when the answer goes on. */
export function snapshot(answer: Answer): Answer {
  return { ...answer, tokens: answer.tokens.slice(), toolCalls: answer.toolCalls.map((call) => ({ ...call })) };
}

function addToCall(calls: ToolCall[], part: NonNullable<Chunk["choices"][0]["delta"]["tool_calls"]>[0]): void {
  const call = (calls[part.index] ??= { id: "", name: "", arguments: "" });
  call.id ||= part.id ?? "";
  call.name ||= part.function?.name ?? "";
  call.arguments += part.function?.arguments ?? "";
}
