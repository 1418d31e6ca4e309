import type { Samples } from "./prometheus";

/** What the engine is doing, between two looks at its metrics. Shares are 0 to 1. */
export interface Reading {
  at: number;
  running: number;
  waiting: number;
  kvUse: number;
  /** Of the prompt tokens looked up since the process began; undefined before any was. */
  prefixHits?: number;
  /** Undefined at the first look. */
  tokensPerSecond?: number;
  generated: number;
}

/** The reading at `at` (ms), by the one before it. */
export function readEngine(samples: Samples, at: number, before: Reading | undefined): Reading {
  const value = (name: string) => samples.get(name) ?? 0;
  const generated = value("vllm:generation_tokens_total");
  const queries = value("vllm:prefix_cache_queries_total");
  // A count that has fallen is another process's.
  const isSameProcess = before !== undefined && generated >= before.generated && at > before.at;
  return {
    at,
    running: value("vllm:num_requests_running"),
    waiting: value("vllm:num_requests_waiting"),
    kvUse: value("vllm:kv_cache_usage_perc"),
    prefixHits: queries > 0 ? value("vllm:prefix_cache_hits_total") / queries : undefined,
    tokensPerSecond: isSameProcess ? ((generated - before.generated) * 1000) / (at - before.at) : undefined,
    generated,
  };
}

/** The points of a line through rates, in a box of `width` by `height`; the newest is at the right edge. */
export function linePoints(rates: number[], count: number, width: number, height: number): string {
  const highest = Math.max(...rates, 1);
  return rates
    .slice(-count)
    .map((rate, index, shown) => {
      const x = width - ((shown.length - 1 - index) * width) / (count - 1);
      return `${x.toFixed(1)},${(height - (rate / highest) * (height - 2) - 1).toFixed(1)}`;
    })
    .join(" ");
}
