// Anthropic's client: node anthropic.mjs BASE_URL SCENARIO REQUEST_JSON [KEY]. Prints what came, or the error.
import Anthropic from "@anthropic-ai/sdk";

const [address, scenario, requestJson, key = "unused"] = process.argv.slice(2);
const request = JSON.parse(requestJson);
const client = new Anthropic({ baseURL: new URL("/", address).href, apiKey: key, maxRetries: scenario === "retry" ? 8 : 0 });
const print = (value) => console.log(JSON.stringify(value));

const scenarios = {
  async create() {
    const message = await client.messages.create(request);
    return { message, request_id: message._request_id };
  },
  retry: () => scenarios.create(),
  async events() {
    const events = [];
    for await (const event of await client.messages.create({ ...request, stream: true })) events.push(event);
    return { events };
  },
  async helper() {
    const seen = { text: "", thinking: "", input: "" };
    const stream = client.messages.stream(request)
      .on("text", (text) => (seen.text += text))
      .on("thinking", (thinking) => (seen.thinking += thinking))
      .on("inputJson", (json) => (seen.input += json));
    return { message: await stream.finalMessage(), ...seen };
  },
  // Two turns: the answer goes back as it came, with a result for each of its calls.
  async tools() {
    const first = await client.messages.stream(request).finalMessage();
    const results = first.content.filter((block) => block.type === "tool_use")
      .map((call) => ({ type: "tool_result", tool_use_id: call.id, content: JSON.stringify(call.input) }));
    const messages = [...request.messages, { role: first.role, content: first.content }, { role: "user", content: results }];
    return { first, second: await client.messages.create({ ...request, messages }) };
  },
  async runner() {
    const runner = client.beta.messages.toolRunner({
      ...request,
      tools: request.tools.map((tool) => ({ ...tool, type: "custom", run: (input) => JSON.stringify(input), parse: (input) => input })),
    });
    return { message: await runner.runUntilDone() };
  },
  async format() {
    return { message: await client.messages.parse(request) };
  },
  count: () => client.messages.countTokens(request),
  async models() {
    const models = [];
    for await (const model of client.models.list()) models.push(model);
    return { models, one: await client.models.retrieve(models[0].id) };
  },
  // Leaves a stream after a few events and tells how long the server then takes to be idle.
  async leave() {
    let left = 5;
    for await (const event of await client.messages.create({ ...request, stream: true })) {
      if (event.type === "content_block_delta" && --left === 0) break;
    }
    const started = performance.now();
    while (performance.now() - started < 60_000) {
      const metrics = await (await fetch(new URL("/metrics", address))).text();
      if (/^vllm:num_requests_running(?:\{[^}]*\})? 0/m.test(metrics)) break;
    }
    return { idle_after_ms: performance.now() - started };
  },
};

try {
  print(await scenarios[scenario]());
} catch (error) {
  print({ error: error.constructor.name, status: error.status, type: error.type, message: error.message, request_id: error.requestID });
}
