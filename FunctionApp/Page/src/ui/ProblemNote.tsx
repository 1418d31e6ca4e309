import type { Problem } from "../api/problem";

/** What went wrong, in a sentence, with the id under which the server's log has it. */
export function ProblemNote({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div class="problem" role="alert" data-testid="error">
      <p>{problem.message}</p>
      {problem.requestId && (
        <p class="request-id">
          Request <code data-testid="request-id">{problem.requestId}</code>
        </p>
      )}
      {onRetry && (
        <button type="button" class="button" data-testid="retry" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
