import type { Conversation } from "../chat/conversation";
import { send } from "../state/actions";
import { models } from "../state/server";

const suggestions = ["Tell me a short story about a lighthouse.", "What is streaming?", "What is Rill?"];

/** What stands where no message is yet. */
export function Empty({ conversation }: { conversation: Conversation }) {
  const model = models.value[0];
  return (
    <div class="empty" data-testid="empty">
      <svg class="stream" viewBox="0 0 240 40" aria-hidden="true" focusable="false">
        <path d="M0 14c20-14 34 14 60 0s34-8 60 0 34 14 60 0 40-8 60 0" />
        <path d="M0 27c20-14 34 14 60 0s34-8 60 0 34 14 60 0 40-8 60 0" />
      </svg>
      <h2>Ask {model ? <span class="model-name">{model.id}</span> : "the model"} something.</h2>
      <p class="quiet">The answer streams from this server. What you write stays in this browser.</p>
      <ul class="suggestions">
        {suggestions.map((text) => (
          <li key={text}>
            <button type="button" class="button" data-testid="suggestion" onClick={() => send(conversation.id, text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
