/** A call of a function, as the model wrote it. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** A token that was drawn, with what else was likely (natural logarithms). */
export interface TokenLogprob {
  token: string;
  logprob: number;
  bytes: number[] | null;
  top_logprobs: { token: string; logprob: number }[];
}

/** Counts of one answer. */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number };
  completion_tokens_details?: { reasoning_tokens?: number };
}

/** An event of a streamed answer. */
export interface Chunk {
  model?: string;
  choices: {
    index: number;
    delta: {
      content?: string | null;
      reasoning_content?: string | null;
      reasoning?: string | null;
      tool_calls?: { index: number; id?: string; function?: { name?: string; arguments?: string } }[];
    };
    logprobs?: { content?: TokenLogprob[] | null } | null;
    finish_reason: string | null;
  }[];
  usage?: Usage | null;
}

/** A message as a request has it. */
export type WireMessage =
  | { role: "system" | "user"; content: string }
  | { role: "assistant"; content: string | null; reasoning_content?: string; tool_calls?: WireToolCall[] }
  | { role: "tool"; content: string; tool_call_id: string };

/** A call as a request has it. */
export interface WireToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}
