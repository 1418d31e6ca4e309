// Streams with the client's own helper, which checks what it puts together.
import { client, print, request } from "./client.mjs";

const stream = client.chat.completions.stream(request);
print({ final: await stream.finalChatCompletion() });
