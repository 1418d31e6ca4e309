// node embeddings.mjs BASE_URL REQUEST_JSON [KEY]: embeddings as floats, as the client asks by itself (base64, which it decodes), and with a key those of Azure's client.
import { AzureOpenAI } from "openai";
import { baseURL, client, print, request, rest } from "./client.mjs";

const [key] = rest;
const plain = key ? client.withOptions({ apiKey: key }) : client;
const values = (answer) => answer.data.map((entry) => Array.from(entry.embedding));
const floats = await plain.embeddings.create({ ...request, encoding_format: "float" });
print({
  floats: values(floats),
  decoded: values(await plain.embeddings.create(request)),
  usage: floats.usage,
  object: floats.object,
});
if (key) {
  const azure = new AzureOpenAI({ endpoint: new URL("/", baseURL).href, apiKey: key, apiVersion: "2024-10-21", maxRetries: 0 });
  print({ floats: values(await azure.embeddings.create(request)) });
}
