import type { Conversation, Pane } from "../chat/conversation";
import { pathOf, siblings } from "../chat/tree";
import { runOf } from "../state/generation";
import { Empty } from "./Empty";
import { IconButton } from "./IconButton";
import { MessageView } from "./MessageView";
import { PaneHead } from "./PaneHead";
import { useStickToEnd } from "./useStickToEnd";

/** The letters that panes are called by. */
export const paneNames = ["A", "B"];

/** The messages of a pane. */
export function PaneView({ conversation, pane, index }: { conversation: Conversation; pane: Pane; index: number }) {
  const path = pathOf(pane.tree);
  const isBusy = runOf(pane) !== undefined;
  const isOne = conversation.panes.length === 1;
  const { place, isAtEnd, toEnd } = useStickToEnd(pane.id, path.length);
  return (
    <section class="pane" aria-label={isOne ? "Messages" : `Pane ${paneNames[index]}`} data-testid={`pane-${index}`}>
      {!isOne && <PaneHead conversation={conversation} pane={pane} index={index} />}
      <div class="scroll" ref={place} tabIndex={0} role="group" aria-label="Messages, scrollable">
        {path.length === 0 && (isOne ? <Empty conversation={conversation} /> : <p class="quiet">Both panes get the next message.</p>)}
        <ol class="messages">
          {path.map((message, index) => {
            const places = siblings(pane.tree, message);
            return (
              <li key={message.id}>
                <MessageView
                  conversationId={conversation.id}
                  paneId={pane.id}
                  message={message}
                  isLast={index === path.length - 1}
                  isBusy={isBusy}
                  place={places.findIndex((other) => other.id === message.id)}
                  places={places.length}
                />
              </li>
            );
          })}
        </ol>
      </div>
      {!isAtEnd && <IconButton icon="down" label="To the end" testId="to-end" class="icon-button to-end" onClick={toEnd} />}
    </section>
  );
}
