// OpenAI's agents: node agents.mjs BASE_URL API SCENARIO MODEL PROMPT
import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from "@openai/agents";
import { z } from "zod";

const [baseURL, api, scenario, model, prompt] = process.argv.slice(2);
setTracingDisabled(true);
const runner = new Runner({ modelProvider: new OpenAIProvider({ baseURL, apiKey: "unused", useResponses: api === "responses" }) });

const asked = [];
const agent = new Agent({
  name: "Brief",
  instructions: "You are brief.",
  model,
  tools: [
    tool({
      name: "get_weather",
      description: "The weather of a city.",
      parameters: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        asked.push(city);
        return `sunny in ${city}`;
      },
    }),
  ],
});

const scenarios = {
  run: async () => ({ text: (await runner.run(agent, prompt)).finalOutput, asked }),
  stream: async () => {
    const result = await runner.run(agent, prompt, { stream: true });
    let text = "";
    for await (const piece of result.toTextStream()) text += piece;
    await result.completed;
    return { text, asked };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
