import type { Wait } from "../chat/answer";

/** What an answer without a token yet waits for. */
export function Waiting({ wait }: { wait: Wait | null }) {
  if (wait === null)
    return (
      <p class="waiting" data-testid="waiting">
        <span class="dots" aria-hidden="true" />
        <span class="hidden">Waiting for the first token</span>
      </p>
    );
  return (
    <p class="waiting" data-testid="waiting">
      {wait.kind === "queued" ? queueText(wait.ahead) : `The model is loading: ${wait.what}`}
      {wait.kind === "loading" && wait.percent !== undefined && <progress max={100} value={wait.percent} aria-label="Load of the model" />}
    </p>
  );
}

function queueText(ahead: number): string {
  return ahead === 0 ? "Next in the queue" : `In the queue, ${ahead} before this one`;
}
