// Azure's client of the same package: chat as a stream, completions, an unknown deployment.
import { AzureOpenAI } from "openai";
import { baseURL, describe, print, request, rest } from "./client.mjs";

const [key, completion] = rest;
const client = new AzureOpenAI({ endpoint: new URL("/", baseURL).href, apiKey: key, apiVersion: "2024-10-21", maxRetries: 0 });

let text = "";
for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
  text += chunk.choices[0]?.delta.content ?? "";
}

print({ text, completion: await client.completions.create({ ...JSON.parse(completion), model: request.model }) });
try {
  await client.chat.completions.create({ ...request, model: "nope" });
} catch (error) {
  print(describe(error));
}
