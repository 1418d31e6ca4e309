import type { WireMessage } from "../api/wire";
import { isObject } from "./json";
import { numberFields, type Settings } from "./settings";
import type { Message } from "./tree";

/** A part of the settings that cannot be sent, and why. */
export class SettingError extends Error {
  constructor(
    readonly field: "schema" | "tools",
    message: string,
  ) {
    super(message);
  }
}

/** Alternatives that are asked for with each token. */
const topLogprobs = 5;

/** The body of a streamed request for the answer to these messages.
 * @throws SettingError The schema or the tools are not what they have to be. */
export function requestBody(settings: Settings, path: Message[]): Record<string, unknown> {
  const body: Record<string, unknown> = {
    messages: [...(settings.system.trim() ? [{ role: "system", content: settings.system }] : []), ...turnsOf(path).map(wireMessage)],
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
  };
  if (settings.model) body.model = settings.model;
  for (const { name } of numberFields) {
    const value = settings.numbers[name];
    if (value) body[name] = Number(value);
  }
  if (settings.stop) body.stop = settings.stop.split("\n").filter((line) => line !== "");
  if (settings.effort) body.reasoning_effort = settings.effort;
  if (settings.logprobs) Object.assign(body, { logprobs: true, top_logprobs: topLogprobs });
  if (settings.schema.trim()) body.response_format = responseFormat(settings.schema);
  const tools = readTools(settings.tools);
  if (tools.length > 0) body.tools = tools;
  if (tools.length > 0 && settings.toolChoice) body.tool_choice = settings.toolChoice;
  return body;
}

/** The form that a schema, or a whole `response_format`, asks for. */
export function responseFormat(text: string): unknown {
  const value = parse("schema", text, "The JSON schema");
  if (!isObject(value)) throw new SettingError("schema", 'The JSON schema has to be an object, such as {"type": "object"}.');
  if (value.type === "json_schema" || value.type === "json_object" || value.type === "text") return value;
  return { type: "json_schema", json_schema: { name: "answer", schema: value, strict: true } };
}

/** Tools from their text: functions, alone or in a list, with or without OpenAI's frame around each. */
export function readTools(text: string): { type: "function"; function: Record<string, unknown> }[] {
  if (!text.trim()) return [];
  const value = parse("tools", text, "The list of tools");
  return (Array.isArray(value) ? value : [value]).map((tool: unknown, index) => {
    const definition = isObject(tool) && isObject(tool.function) ? tool.function : tool;
    if (!isObject(definition) || typeof definition.name !== "string") {
      throw new SettingError("tools", `Tool ${index + 1} needs a name: {"name": "...", "description": "...", "parameters": {...}}.`);
    }
    return { type: "function", function: definition };
  });
}

/**
 * The turns that are sent. Many templates refuse calls without results, and two turns of a person in a row, with every later message of the
 * branch: so such calls are left out, as is an answer without a word, and turns of a person that meet become one.
 */
function turnsOf(path: Message[]): Message[] {
  const answered = new Set(path.map((message) => message.toolCallId));
  const turns: Message[] = [];
  for (const message of path) {
    const turn = { ...message, toolCalls: message.toolCalls?.filter((call) => answered.has(call.id)) };
    const last = turns.at(-1);
    if (turn.role === "user" && last?.role === "user") last.content += `\n\n${turn.content}`;
    else if (isSaid(turn)) turns.push(turn);
  }
  return turns;
}

/** An answer that failed before its first word is nothing that the model said. */
function isSaid(message: Message): boolean {
  return message.role !== "assistant" || message.content !== "" || (message.toolCalls?.length ?? 0) > 0;
}

function wireMessage(message: Message): WireMessage {
  if (message.role === "tool") return { role: "tool", content: message.content, tool_call_id: message.toolCallId ?? "" };
  if (message.role === "user") return { role: "user", content: message.content };
  const calls = message.toolCalls?.map((call) => ({
    id: call.id,
    type: "function" as const,
    function: { name: call.name, arguments: call.arguments },
  }));
  return {
    role: "assistant",
    content: message.content || null,
    ...(message.reasoning ? { reasoning_content: message.reasoning } : {}),
    ...(calls?.length ? { tool_calls: calls } : {}),
  };
}

function parse(field: SettingError["field"], text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SettingError(field, `${what} is no JSON: ${(error as Error).message}`);
  }
}
