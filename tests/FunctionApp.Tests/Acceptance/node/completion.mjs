// Completions of text, streamed and whole.
import { client, print, request } from "./client.mjs";

const seen = { text: "", finish_reason: null, usage: null, ids: [] };
const stream = await client.completions.create({ ...request, stream: true, stream_options: { include_usage: true } });
for await (const event of stream) {
  seen.text += event.choices[0]?.text ?? "";
  seen.finish_reason ??= event.choices[0]?.finish_reason ?? null;
  seen.usage ??= event.usage ?? null;
  seen.ids.push(event.id);
}

print({ ...seen, ids: new Set(seen.ids).size, whole: await client.completions.create(request) });
