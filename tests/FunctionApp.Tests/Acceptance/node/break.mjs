// Leaves a stream after a number of chunks and prints how long the server then takes to be idle.
import { baseURL, client, print, request, rest } from "./client.mjs";

const stream = await client.chat.completions.create({ ...request, stream: true });
let left = Number(rest[0]);
for await (const chunk of stream) {
  if (--left === 0) break;
}

const started = performance.now();
while (performance.now() - started < 60_000) {
  const metrics = await (await fetch(new URL("/metrics", baseURL))).text();
  const running = /^vllm:num_requests_running(?:\{[^}]*\})? (\d+)/m.exec(metrics);
  if (running?.[1] === "0") break;
}

print({ idle_after_ms: performance.now() - started });
