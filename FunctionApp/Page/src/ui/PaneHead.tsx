import { closePane, type Conversation, type Pane } from "../chat/conversation";
import { differences } from "../chat/settings";
import { update } from "../state/conversations";
import { runOf } from "../state/generation";
import { settingsPane, side } from "../state/view";
import { IconButton } from "./IconButton";
import { ModelChoice } from "./ModelChoice";
import { paneNames } from "./PaneView";

/** Which pane it is, how it differs, and the way out of it. */
export function PaneHead({ conversation, pane, index }: { conversation: Conversation; pane: Pane; index: number }) {
  const name = paneNames[index];
  const words = differences(pane.settings);
  const showSettings = () => {
    settingsPane.value = pane.id;
    side.value = "settings";
  };
  const close = () => {
    runOf(pane)?.controller.abort();
    update(conversation.id, (conversation) => closePane(conversation, pane.id));
  };
  return (
    <header class="pane-head">
      <h2>{name}</h2>
      <ModelChoice conversation={conversation} pane={pane} />
      <button type="button" class="link settings-link" data-testid={`pane-settings-${index}`} onClick={showSettings}>
        {words.length > 0 ? words.join(" · ") : "Model's own settings"}
      </button>
      <IconButton icon="close" label={`Close pane ${name}`} testId={`pane-close-${index}`} onClick={close} />
    </header>
  );
}
