// Streams the request as often as asked and prints what each run brought: text, or the error.
import { client, describe, print, request, rest } from "./client.mjs";

for (let run = 0; run < Number(rest[0]); run++) {
  const seen = { text: "", role: null, finish_reason: null, chunks: 0 };
  try {
    const stream = await client.chat.completions.create({ ...request, stream: true });
    for await (const chunk of stream) {
      seen.chunks++;
      seen.text += chunk.choices[0]?.delta.content ?? "";
      seen.role ??= chunk.choices[0]?.delta.role ?? null;
      seen.finish_reason ??= chunk.choices[0]?.finish_reason ?? null;
    }
    print(seen);
  } catch (error) {
    print({ ...seen, ...describe(error) });
  }
}
