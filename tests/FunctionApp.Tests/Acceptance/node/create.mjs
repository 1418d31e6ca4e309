// One request without a stream.
import { client, describe, print, request } from "./client.mjs";

try {
  const { data, request_id } = await client.chat.completions.create(request).withResponse();
  print({ completion: data, request_id });
} catch (error) {
  print(describe(error));
}
