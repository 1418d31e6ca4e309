// responses.mjs BASE_URL REQUEST_JSON WAY...: the request in each way that the client has: create, stream (raw events), helper, parse, kept.
import { client, describe, print, request, rest } from "./client.mjs";

const ways = {
  create: async () => {
    const response = await client.responses.create(request);
    return { text: response.output_text, response };
  },
  stream: async () => {
    const types = [];
    for await (const event of await client.responses.create({ ...request, stream: true })) {
      types.push(event.type);
    }
    return { types };
  },
  helper: async () => {
    const response = await client.responses.stream(request).finalResponse();
    return { text: response.output_text, response };
  },
  parse: async () => {
    const response = await client.responses.parse({
      ...request,
      text: { format: { ...request.text.format, $brand: "auto-parseable-response-format", $parseRaw: JSON.parse } },
    });
    return { parsed: response.output_parsed };
  },
  kept: async () => {
    const made = await client.responses.create(request);
    const next = await client.responses.create({ ...request, previous_response_id: made.id });
    const kept = await client.responses.retrieve(made.id);
    const items = [];
    for await (const item of client.responses.inputItems.list(made.id)) {
      items.push(item);
    }
    const counted = await client.responses.inputTokens.count({ input: request.input });
    await client.responses.delete(made.id);
    const gone = await client.responses.retrieve(made.id).catch(describe);
    return { same: kept.id === made.id, next: next.output_text, items: items.length, counted: counted.input_tokens, gone };
  },
};

for (const way of rest) {
  print(await ways[way]().catch(describe));
}
