import { expect, test } from "vitest";
import type { Chunk } from "../src/api/wire";
import { applyChunk, applyComment, emptyAnswer, snapshot } from "../src/chat/answer";

const chunk = (delta: Chunk["choices"][0]["delta"], finish: string | null = null): Chunk => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});

test("text, reasoning and the finish are joined, and the first token's time is kept", () => {
  const answer = emptyAnswer(100);
  applyChunk(answer, chunk({ content: "" }), 110);
  expect(answer.times.first).toBeUndefined();
  applyChunk(answer, chunk({ reasoning_content: "Hm" }), 150);
  applyChunk(answer, chunk({ content: "He" }), 160);
  applyChunk(answer, chunk({ content: "llo" }), 170);
  applyChunk(answer, chunk({}, "stop"), 180);
  expect(answer).toMatchObject({ reasoning: "Hm", content: "Hello", finish: "stop", times: { sent: 100, first: 150, last: 170 } });
});

test("calls are put together from their fragments", () => {
  const answer = emptyAnswer(0);
  applyChunk(answer, chunk({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "" } }] }), 1);
  applyChunk(answer, chunk({ tool_calls: [{ index: 0, function: { arguments: '{"x"' } }] }), 2);
  applyChunk(
    answer,
    chunk({
      tool_calls: [
        { index: 0, function: { arguments: ":1}" } },
        { index: 1, id: "b", function: { name: "g", arguments: "{}" } },
      ],
    }),
    3,
  );
  expect(answer.toolCalls).toEqual([
    { id: "a", name: "f", arguments: '{"x":1}' },
    { id: "b", name: "g", arguments: "{}" },
  ]);
});

test("usage comes in a chunk without choices", () => {
  const answer = emptyAnswer(0);
  applyChunk(answer, { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }, 1);
  expect(answer.usage).toEqual({ prompt_tokens: 3, completion_tokens: 2 });
});

test.each([
  ["loading: fetching, 43 %", { kind: "loading", what: "fetching, 43 %", percent: 43 }],
  ["loading: opening", { kind: "loading", what: "opening", percent: undefined }],
  ["queued: 3", { kind: "queued", ahead: 3 }],
  ["ping", null],
])("the comment '%s' tells what is waited for", (text, wait) => {
  const answer = emptyAnswer(0);
  applyComment(answer, text);
  expect(answer.wait).toEqual(wait);
});

test("what was waited for is over with the first text", () => {
  const answer = emptyAnswer(0);
  applyComment(answer, "queued: 0");
  applyChunk(answer, chunk({ content: "" }), 1);
  expect(answer.wait).not.toBeNull();
  applyChunk(answer, chunk({ content: "x" }), 2);
  expect(answer.wait).toBeNull();
});

test("a warning comes in a comment", () => {
  const answer = emptyAnswer(0);
  applyComment(answer, "x-rill-warning: uniqueItems: not enforced");
  expect(answer.warning).toBe("uniqueItems: not enforced");
});

test("a snapshot stays as it was", () => {
  const answer = emptyAnswer(0);
  applyChunk(answer, chunk({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{" } }] }), 1);
  const before = snapshot(answer);
  applyChunk(answer, chunk({ tool_calls: [{ index: 0, function: { arguments: "}" } }] }), 2);
  expect(before.toolCalls[0]!.arguments).toBe("{");
});

test.each([{ reasoning: "Hm" }, { reasoning_content: "Hm" }, { reasoning: "Hm", reasoning_content: "Hm" }])("thoughts are read under the names of %o", (delta) => {
  const answer = emptyAnswer(0);
  applyChunk(answer, { choices: [{ index: 0, delta, finish_reason: null }] }, 1);
  expect([answer.reasoning, answer.times.first]).toEqual(["Hm", 1]);
});
