import type { Message } from "../chat/tree";
import { AssistantMessage } from "./AssistantMessage";
import { memo } from "./memo";
import { UserMessage } from "./UserMessage";

/** A message, where it stands, and which of how many versions it is. */
export interface MessageProps {
  conversationId: string;
  paneId: string;
  message: Message;
  place: number;
  places: number;
  isLast: boolean;
  /** An answer is on its way in this pane: what would begin another one waits. */
  isBusy: boolean;
}

/** One message. */
export const MessageView = memo(function MessageView(props: MessageProps) {
  switch (props.message.role) {
    case "user":
      return <UserMessage {...props} />;
    case "assistant":
      return <AssistantMessage {...props} />;
    case "tool":
      return (
        <article class="message tool" aria-label="Result of a call" data-testid="message-tool">
          <details>
            <summary>Result</summary>
            <pre tabIndex={0}>
              <code>{props.message.content}</code>
            </pre>
          </details>
        </article>
      );
  }
});
