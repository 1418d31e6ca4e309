import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Conversation } from "../chat/conversation";
import { differences } from "../chat/settings";
import { send } from "../state/actions";
import { isRunning, stop } from "../state/generation";
import { settingsPane, side } from "../state/view";
import { Icon } from "./Icon";

/** The tallest the field grows by itself (px). */
const tallest = 240;

/** Where a person writes. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const isBusy = isRunning(conversation);
  const [text, setText] = useState("");
  // Not where the focus calls a keyboard over half of the page.
  useEffect(() => void (matchMedia("(hover: hover)").matches && field.current!.focus()), [conversation.id]);
  useLayoutEffect(() => fit(field.current!), [text]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isBusy || !text.trim()) return;
    if (send(conversation.id, text.trim())) setText("");
    field.current!.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return (
    <form class="composer" onSubmit={submit}>
      <SettingsInUse conversation={conversation} />
      <div class="field">
        <textarea
          id="prompt"
          ref={field}
          rows={1}
          aria-label="Message"
          aria-describedby="prompt-hint"
          placeholder="Message"
          data-testid="prompt"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {isBusy ? (
          <button type="button" class="round stop" aria-label="Stop" title="Stop (Esc)" data-testid="stop" onClick={() => stop(conversation)}>
            <Icon name="stop" />
          </button>
        ) : (
          <button class="round" aria-label="Send" title="Send (Enter)" data-testid="send" disabled={!text.trim()}>
            <Icon name="send" />
          </button>
        )}
      </div>
      <p class="hint" id="prompt-hint">
        <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> begins a line, <kbd>Esc</kbd> stops
      </p>
    </form>
  );
}

/** What of the settings is not the model's own, so that nobody wonders at an answer; for one pane, since two say it themselves. */
function SettingsInUse({ conversation }: { conversation: Conversation }) {
  const [pane, second] = conversation.panes;
  const words = pane && !second ? differences(pane.settings) : [];
  if (words.length === 0) return null;
  const show = () => {
    settingsPane.value = pane!.id;
    side.value = "settings";
  };
  return (
    <button type="button" class="link in-use" data-testid="in-use" onClick={show}>
      {words.join(" · ")}
    </button>
  );
}

function fit(field: HTMLTextAreaElement): void {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, tallest)}px`;
}
