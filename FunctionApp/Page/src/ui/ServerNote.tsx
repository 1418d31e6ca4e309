import { askForKey } from "../api/key";
import { server, watchServer } from "../state/server";
import { isKept } from "../state/conversations";

/** What is to be known of the server, and of this browser, while something is not as it should be. */
export function ServerNote() {
  const state = server.value;
  const askAgain = async () => {
    if (await askForKey("needed")) void watchServer();
  };
  return (
    <div class="notes" data-testid="server">
      {"what" in state && (
        <p class={`note ${state.kind}`} data-testid={`server-${state.kind}`}>
          <span>{state.what}</span>
          <Progress text={state.what} />
          {state.kind === "locked" && (
            <button type="button" class="link" data-testid="enter-key" onClick={askAgain}>
              Enter a key
            </button>
          )}
        </p>
      )}
      {!isKept.value && <p class="note">This browser does not keep conversations: export what you want to have later.</p>}
    </div>
  );
}

function Progress({ text }: { text: string }) {
  const percent = /(\d+) ?%/.exec(text)?.[1];
  return percent === undefined ? null : <progress max={100} value={Number(percent)} aria-label="Load of the model" data-testid="load" />;
}
