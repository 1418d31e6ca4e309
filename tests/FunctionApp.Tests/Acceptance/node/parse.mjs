// One request whose answer the client's own helper reads as JSON.
import { makeParseableResponseFormat } from "openai/lib/parser";
import { client, describe, print, request } from "./client.mjs";

try {
  const completion = await client.chat.completions.parse({
    ...request,
    response_format: makeParseableResponseFormat(request.response_format, JSON.parse),
  });
  print({ parsed: completion.choices.map((choice) => choice.message.parsed) });
} catch (error) {
  print(describe(error));
}
