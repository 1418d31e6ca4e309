// LangChain: node langchain.mjs BASE_URL SCENARIO MODEL PROMPT
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "zod";

const [baseURL, scenario, model, prompt] = process.argv.slice(2);
const chat = new ChatOpenAI({ model, apiKey: "unused", maxRetries: 0, configuration: { baseURL }, useResponsesApi: scenario === "responses" });

const weather = tool(({ city }) => `sunny in ${city}`, {
  name: "get_weather",
  description: "The weather of a city.",
  schema: z.object({ city: z.string() }),
});

const stream = async () => {
  let whole;
  for await (const chunk of await chat.stream(prompt)) whole = whole ? whole.concat(chunk) : chunk;
  return { text: whole.text, outputTokens: whole.usage_metadata?.output_tokens };
};

const scenarios = {
  stream,
  responses: stream,
  tools: async () => {
    const withTools = chat.bindTools([weather]);
    const messages = [new HumanMessage(prompt)];
    const first = await withTools.invoke(messages);
    messages.push(first);
    for (const call of first.tool_calls) {
      messages.push(new ToolMessage({ content: await weather.func(call.args), tool_call_id: call.id }));
    }
    return { asked: first.tool_calls.map((call) => call.args.city), text: (await withTools.invoke(messages)).text };
  },
  embedding: async () => ({ vector: await new OpenAIEmbeddings({ model, apiKey: "unused", configuration: { baseURL } }).embedQuery(prompt) }),
  object: async () => await chat.withStructuredOutput(z.object({ name: z.string(), age: z.number().int() })).invoke(prompt),
};

console.log(JSON.stringify(await scenarios[scenario]()));
