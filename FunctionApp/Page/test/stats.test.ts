import { expect, test } from "vitest";
import { formatNumber, formatSeconds, statsOf } from "../src/chat/stats";

const usage = {
  prompt_tokens: 50,
  completion_tokens: 101,
  prompt_tokens_details: { cached_tokens: 32 },
  completion_tokens_details: { reasoning_tokens: 7 },
};

test("the rate is that of the tokens behind the first", () => {
  expect(statsOf({ sent: 1000, first: 1250, last: 3250 }, usage)).toEqual({
    firstTokenSeconds: 0.25,
    tokensPerSecond: 50,
    completionTokens: 101,
    promptTokens: 50,
    cachedTokens: 32,
    reasoningTokens: 7,
  });
});

test("nothing is told of what did not happen", () => {
  expect(statsOf({ sent: 0 }, null)).toEqual({});
});

test("no rate is made of one token, or of tokens that came at once", () => {
  expect(statsOf({ sent: 0, first: 5, last: 500 }, { prompt_tokens: 1, completion_tokens: 1 }).tokensPerSecond).toBeUndefined();
  expect(statsOf({ sent: 0, first: 5, last: 6 }, usage).tokensPerSecond).toBeUndefined();
});

test.each([
  [0.0854, "85 ms"],
  [1.239, "1.24 s"],
  [12.44, "12.4 s"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [8.44, "8.4"],
  [112.4, "112"],
  [12340, "12,340"],
])("%d is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});
