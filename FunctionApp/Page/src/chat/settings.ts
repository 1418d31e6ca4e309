/** What a request says besides its messages. Numbers are kept as they were typed: an empty one is the model's own. */
export interface Settings {
  model: string;
  system: string;
  numbers: Partial<Record<NumberName, string>>;
  stop: string;
  effort: string;
  logprobs: boolean;
  schema: string;
  tools: string;
  toolChoice: string;
}

/** A number that a request may have. */
export type NumberName = (typeof numberFields)[number]["name"];

/** The numbers of a request, with their ranges (contract A.1). */
export const numberFields = [
  { name: "temperature", label: "Temperature", min: 0, max: 2, step: 0.1, hint: "0 always takes the likeliest token" },
  { name: "top_p", label: "Top p", min: 0, max: 1, step: 0.05, hint: "least share of probability that is kept" },
  { name: "top_k", label: "Top k", min: -1, max: undefined, step: 1, hint: "most tokens that are kept, 0 for all" },
  { name: "min_p", label: "Min p", min: 0, max: 1, step: 0.01, hint: "least part of the best token's probability" },
  { name: "max_tokens", label: "Max tokens", min: 1, max: undefined, step: 1, hint: "where the answer is cut" },
  { name: "seed", label: "Seed", min: 0, max: Number.MAX_SAFE_INTEGER, step: 1, hint: "the same seed gives the same answer" },
  { name: "frequency_penalty", label: "Frequency penalty", min: -2, max: 2, step: 0.1, hint: "against words by their count" },
  { name: "presence_penalty", label: "Presence penalty", min: -2, max: 2, step: 0.1, hint: "against words that were said" },
  { name: "repetition_penalty", label: "Repetition penalty", min: 0.01, max: 10, step: 0.05, hint: "above 1 against repetition, the prompt counts" },
] as const;

/** What `reasoning_effort` may be. */
export const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** Settings that leave everything to the model. */
export const defaultSettings: Settings = {
  model: "",
  system: "",
  numbers: {},
  stop: "",
  effort: "",
  logprobs: false,
  schema: "",
  tools: "",
  toolChoice: "",
};

/** What differs from the defaults, in a few words each. */
export function differences(settings: Settings): string[] {
  const words: string[] = [];
  if (settings.system.trim()) words.push("system prompt");
  for (const { name, label } of numberFields) if (settings.numbers[name]) words.push(`${label.toLowerCase()} ${settings.numbers[name]}`);
  if (settings.stop) words.push("stop");
  if (settings.effort) words.push(`effort ${settings.effort}`);
  if (settings.logprobs) words.push("probabilities");
  if (settings.schema.trim()) words.push("JSON schema");
  if (settings.tools.trim()) words.push("tools");
  return words;
}
