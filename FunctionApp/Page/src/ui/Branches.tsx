import { turn } from "../state/actions";
import type { MessageProps } from "./MessageView";
import { IconButton } from "./IconButton";

/** From one message to others in its place. */
export function Branches({ conversationId, paneId, message, place, places }: MessageProps) {
  if (places < 2) return null;
  return (
    <span class="branches" role="group" aria-label="Versions of this message">
      <IconButton
        icon="previous"
        label="Version before"
        testId="branch-prev"
        disabled={place === 0}
        onClick={() => turn(conversationId, paneId, message, -1)}
      />
      <span data-testid="branch-place">
        {place + 1}/{places}
      </span>
      <IconButton
        icon="next"
        label="Version behind"
        testId="branch-next"
        disabled={place === places - 1}
        onClick={() => turn(conversationId, paneId, message, 1)}
      />
    </span>
  );
}
