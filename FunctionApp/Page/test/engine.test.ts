import { expect, test } from "vitest";
import { parseMetrics } from "../src/engine/prometheus";
import { linePoints, readEngine } from "../src/engine/reading";

const text = `# HELP vllm:num_requests_running Sequences in the step.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{model_name="a \\"b\\" {c}",engine="0"} 2
vllm:num_requests_waiting{model_name="m"} 1
vllm:kv_cache_usage_perc 0.25
vllm:generation_tokens_total{model_name="m"} 100 1700000000000
vllm:prefix_cache_queries_total 80
vllm:prefix_cache_hits_total 20
vllm:request_success_total{finished_reason="stop"} 3
vllm:request_success_total{finished_reason="length"} 4
x_bucket{le="+Inf"} +Inf
no metric at all
`;

test("samples are summed over their labels", () => {
  const samples = parseMetrics(text);
  expect(samples.get("vllm:num_requests_running")).toBe(2);
  expect(samples.get("vllm:request_success_total")).toBe(7);
  expect(samples.get("vllm:generation_tokens_total")).toBe(100);
  expect(samples.get("x_bucket")).toBe(Infinity);
  expect(samples.has("no")).toBe(false);
});

test("the first look has no rate, the second has", () => {
  const first = readEngine(parseMetrics(text), 1000, undefined);
  expect(first).toMatchObject({ running: 2, waiting: 1, kvUse: 0.25, prefixHits: 0.25, tokensPerSecond: undefined });
  const second = readEngine(new Map([["vllm:generation_tokens_total", 160]]), 3000, first);
  expect(second).toMatchObject({ running: 0, tokensPerSecond: 30, prefixHits: undefined });
});

test("a process that was started anew has no rate yet", () => {
  const before = readEngine(parseMetrics(text), 1000, undefined);
  expect(readEngine(new Map([["vllm:generation_tokens_total", 5]]), 2000, before).tokensPerSecond).toBeUndefined();
});

test("the line ends at the right edge and stays in its box", () => {
  expect(linePoints([0, 50, 100], 3, 100, 20)).toBe("0.0,19.0 50.0,10.0 100.0,1.0");
  expect(linePoints([5, 0, 0], 2, 100, 20)).toBe("0.0,19.0 100.0,19.0");
  expect(linePoints([], 3, 100, 20)).toBe("");
});
