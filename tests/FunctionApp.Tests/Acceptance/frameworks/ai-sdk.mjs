// Vercel's AI SDK: node ai-sdk.mjs BASE_URL PROVIDER SCENARIO MODEL PROMPT
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { Output, embed, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const [baseURL, provider, scenario, id, prompt] = process.argv.slice(2);
const openai = createOpenAI({ baseURL, apiKey: "unused" });
const model = {
  chat: () => openai.chat(id),
  responses: () => openai.responses(id),
  compatible: () => createOpenAICompatible({ name: "rill", baseURL, includeUsage: true, supportsStructuredOutputs: true })(id),
}[provider]();

const asked = [];
const tools = {
  get_weather: tool({
    description: "The weather of a city.",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      asked.push(city);
      return `sunny in ${city}`;
    },
  }),
};

const scenarios = {
  stream: async () => {
    const result = streamText({ model, prompt, maxRetries: 0, onError: () => {} });
    let reasoning = "";
    let text = "";
    for await (const part of result.fullStream) {
      if (part.type === "text-delta") text += part.text;
      if (part.type === "reasoning-delta") reasoning += part.text;
      if (part.type === "error") throw part.error;
    }
    return { text, reasoning, finish: await result.finishReason, outputTokens: (await result.usage).outputTokens };
  },
  tools: async () => {
    const result = await generateText({ model, prompt, tools, stopWhen: stepCountIs(3), maxRetries: 0 });
    return { text: result.text, asked, steps: result.steps.length };
  },
  "tools-streamed": async () => {
    const result = streamText({ model, prompt, tools, stopWhen: stepCountIs(3), maxRetries: 0 });
    const text = await result.text;
    return { text, asked, steps: (await result.steps).length };
  },
  object: async () => {
    const schema = z.object({ name: z.string(), age: z.number().int() });
    return (await generateText({ model, prompt, output: Output.object({ schema }), maxRetries: 0 })).output;
  },
  embedding: async () => ({ vector: (await embed({ model: openai.embedding(id), value: prompt, maxRetries: 0 })).embedding }),
};

console.log(JSON.stringify(await scenarios[scenario]()));
