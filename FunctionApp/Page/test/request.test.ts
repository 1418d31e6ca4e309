import { expect, test } from "vitest";
import { readTools, requestBody, responseFormat, SettingError } from "../src/chat/request";
import { defaultSettings, differences } from "../src/chat/settings";
import type { Message } from "../src/chat/tree";

const user: Message = { id: "1", parent: null, role: "user", content: "Hi" };

test("settings that were left alone send nothing but the messages", () => {
  expect(requestBody(defaultSettings, [user])).toEqual({
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
  });
});

test("what was set is sent under the API's names", () => {
  const settings = {
    ...defaultSettings,
    model: "m",
    system: "Be short.",
    numbers: { temperature: "0", top_p: "0.9", seed: "7", max_tokens: "" },
    stop: "END\n\n\t",
    effort: "low",
    logprobs: true,
    toolChoice: "required",
    tools: '{"name":"f"}',
  };
  expect(requestBody(settings, [user])).toMatchObject({
    model: "m",
    messages: [{ role: "system", content: "Be short." }, { role: "user" }],
    temperature: 0,
    top_p: 0.9,
    seed: 7,
    stop: ["END", "\t"],
    reasoning_effort: "low",
    logprobs: true,
    top_logprobs: 5,
    tools: [{ type: "function", function: { name: "f" } }],
    tool_choice: "required",
  });
  expect(requestBody(settings, [user])).not.toHaveProperty("max_tokens");
  expect(differences(settings)).toEqual(["system prompt", "temperature 0", "top p 0.9", "seed 7", "stop", "effort low", "probabilities", "tools"]);
});

test("calls and their results go back to the model", () => {
  const path: Message[] = [
    user,
    {
      id: "2",
      parent: "1",
      role: "assistant",
      content: "",
      reasoning: "Hm",
      toolCalls: [{ id: "c", name: "f", arguments: "{}" }],
      finish: "tool_calls",
    },
    { id: "3", parent: "2", role: "tool", content: "42", toolCallId: "c" },
  ];
  expect(requestBody(defaultSettings, path).messages).toEqual([
    { role: "user", content: "Hi" },
    {
      role: "assistant",
      content: null,
      reasoning_content: "Hm",
      tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
    },
    { role: "tool", content: "42", tool_call_id: "c" },
  ]);
});

test("an answer that failed before its first word is not sent back", () => {
  const failed: Message = { id: "2", parent: "1", role: "assistant", content: "", problem: { message: "no" } };
  expect(requestBody(defaultSettings, [user, failed]).messages).toHaveLength(1);
});

test("turns of a person that meet, because the answer between them has no word, are one", () => {
  const silent: Message = { id: "2", parent: "1", role: "assistant", content: "", reasoning: "Hm", finish: "length" };
  const [second, third] = ["2", "3"].map((id): Message => ({ ...user, id, content: `Message ${id}` }));
  const path = [user, silent, second!, { ...silent, content: "Yes" }, third!];
  expect(requestBody(defaultSettings, path).messages).toEqual([
    { role: "user", content: "Hi\n\nMessage 2" },
    { role: "assistant", content: "Yes", reasoning_content: "Hm" },
    { role: "user", content: "Message 3" },
  ]);
  expect(user.content).toBe("Hi");
});

test("a call that got no result is not sent, what was said beside it is", () => {
  const calls = ["a", "b"].map((id) => ({ id, name: "f", arguments: "{}" }));
  const open: Message = { id: "2", parent: "1", role: "assistant", content: "", toolCalls: calls, finish: "tool_calls" };
  const next: Message = { ...user, id: "4", content: "Never mind" };
  const result: Message = { id: "3", parent: "2", role: "tool", content: "42", toolCallId: "b" };
  const messagesOf = (path: Message[]) => requestBody(defaultSettings, path).messages;
  expect(messagesOf([user, open, next])).toEqual([{ role: "user", content: "Hi\n\nNever mind" }]);
  expect(messagesOf([user, { ...open, content: "Wait" }, next])).toMatchObject([user, { content: "Wait" }, next].map(({ content }) => ({ content })));
  expect(messagesOf([user, { ...open, content: "Wait" }, next])).not.toHaveProperty("1.tool_calls");
  expect(messagesOf([user, open, result, next])).toMatchObject([{}, { tool_calls: [{ id: "b" }] }, { tool_call_id: "b" }, {}]);
});

test("a schema gets its frame, a whole form is taken as it is", () => {
  expect(responseFormat('{"type":"object"}')).toEqual({
    type: "json_schema",
    json_schema: { name: "answer", schema: { type: "object" }, strict: true },
  });
  expect(responseFormat('{"type":"json_object"}')).toEqual({ type: "json_object" });
});

test("tools are read with and without their frame", () => {
  const tools = [{ type: "function", function: { name: "f" } }];
  expect(readTools('{"name":"f"}')).toEqual(tools);
  expect(readTools('[{"name":"f"}]')).toEqual(tools);
  expect(readTools(JSON.stringify(tools))).toEqual(tools);
  expect(readTools(" ")).toEqual([]);
});

test.each([
  ["schema", "{", /is no JSON/],
  ["schema", "[]", /has to be an object/],
  ["tools", "nope", /is no JSON/],
  ["tools", '[{"name":"f"},{}]', /Tool 2 needs a name/],
] as const)("wrong text in %s is told in a sentence", (field, text, sentence) => {
  const act = () => requestBody({ ...defaultSettings, [field]: text }, [user]);
  expect(act).toThrow(SettingError);
  expect(act).toThrow(sentence);
});
