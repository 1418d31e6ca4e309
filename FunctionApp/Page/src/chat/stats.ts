import type { Usage } from "../api/wire";
import type { Times } from "./answer";

/** What is told of an answer's speed and size. */
export interface Stats {
  firstTokenSeconds?: number;
  tokensPerSecond?: number;
  completionTokens?: number;
  promptTokens?: number;
  cachedTokens?: number;
  reasoningTokens?: number;
}

/** Below this a rate is chance: one chunk may hold several tokens. */
const leastSeconds = 0.02;

/** The figures of an answer, while it runs as well. */
export function statsOf(times: Times, usage: Usage | null): Stats {
  const seconds = times.first !== undefined && times.last !== undefined ? (times.last - times.first) / 1000 : 0;
  // The first token's time is the prompt's: the rate is of those behind it.
  const following = (usage?.completion_tokens ?? 0) - 1;
  return {
    firstTokenSeconds: times.first === undefined ? undefined : (times.first - times.sent) / 1000,
    tokensPerSecond: following > 0 && seconds >= leastSeconds ? following / seconds : undefined,
    completionTokens: usage?.completion_tokens,
    promptTokens: usage?.prompt_tokens,
    cachedTokens: usage?.prompt_tokens_details?.cached_tokens,
    reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens,
  };
}

/** Seconds in three digits at most: 85 ms, 1.24 s, 12.4 s. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** A rate or count for people: 8.4, 112, 12,340. */
export function formatNumber(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });
}
