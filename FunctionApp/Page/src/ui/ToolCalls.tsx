import { useState } from "preact/hooks";
import type { ToolCall } from "../api/wire";
import { CopyButton } from "./CopyButton";

/** The calls that the model made; with `onResults`, a form for what they gave. */
export function ToolCalls({ calls, onResults }: { calls: ToolCall[]; onResults?: (results: string[]) => void }) {
  const [results, setResults] = useState<string[]>([]);
  const submit = (event: Event) => {
    event.preventDefault();
    onResults?.(calls.map((_, index) => results[index] ?? ""));
  };
  return (
    <form class="calls" data-testid="tool-calls" onSubmit={submit}>
      {calls.map((call, index) => (
        <fieldset key={index}>
          <legend>
            Call of <code>{call.name}</code>
          </legend>
          <div class="arguments">
            <pre tabIndex={0}>
              <code>{pretty(call.arguments)}</code>
            </pre>
            <CopyButton text={call.arguments} label="Copy the arguments" testId="copy-arguments" />
          </div>
          {onResults && (
            <label>
              Result
              <textarea
                rows={2}
                required
                data-testid="tool-result"
                placeholder="What the function returned, as text or JSON"
                value={results[index] ?? ""}
                onInput={(event) => setResults(replaced(results, index, event.currentTarget.value))}
              />
            </label>
          )}
        </fieldset>
      ))}
      {onResults && (
        <button class="button primary" data-testid="send-results">
          Send {calls.length > 1 ? "results" : "result"}
        </button>
      )}
    </form>
  );
}

function replaced(list: string[], index: number, value: string): string[] {
  const copy = list.slice();
  copy[index] = value;
  return copy;
}

/** Arguments as they read best; those that are cut, or no JSON, as they are. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
