import { useEffect, useRef, useState } from "preact/hooks";
import { edit } from "../state/actions";
import { Branches } from "./Branches";
import { CopyButton } from "./CopyButton";
import { IconButton } from "./IconButton";
import type { MessageProps } from "./MessageView";

/** What a person said. */
export function UserMessage(props: MessageProps) {
  const { message, isBusy } = props;
  const [isEditing, setEditing] = useState(false);
  return (
    <article class="message user" aria-label="You" data-testid="message-user">
      {isEditing ? <EditForm {...props} onEnd={() => setEditing(false)} /> : <div class="said">{message.content}</div>}
      {!isEditing && (
        <div class="tools">
          <Branches {...props} />
          <CopyButton text={message.content} label="Copy the message" testId="copy" />
          <IconButton icon="edit" label="Edit the message" testId="edit" disabled={isBusy} onClick={() => setEditing(true)} />
        </div>
      )}
    </article>
  );
}

function EditForm({ conversationId, paneId, message, isBusy, onEnd }: MessageProps & { onEnd: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current!.focus(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    const text = field.current!.value.trim();
    // What cannot be sent stays in its field.
    if (text && edit(conversationId, paneId, message, text)) onEnd();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onEnd();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      submit(event);
    }
  };
  return (
    <form class="edit" onSubmit={submit}>
      <textarea ref={field} rows={3} aria-label="Message" data-testid="edit-text" defaultValue={message.content} onKeyDown={onKeyDown} />
      <div class="buttons">
        <button type="button" class="button" data-testid="edit-cancel" onClick={onEnd}>
          Cancel
        </button>
        <button class="button primary" data-testid="edit-send" disabled={isBusy}>
          Send
        </button>
      </div>
    </form>
  );
}
