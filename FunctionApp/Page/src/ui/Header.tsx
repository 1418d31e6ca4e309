import { split, type Conversation } from "../chat/conversation";
import { find, update } from "../state/conversations";
import { isRunning } from "../state/generation";
import { server } from "../state/server";
import { isDark, isListOpen, settingsPane, side, theme, type Side } from "../state/view";
import { IconButton } from "./IconButton";
import { ModelChoice } from "./ModelChoice";

/** The model, and the buttons for what stands beside the conversation. */
export function Header({ conversation }: { conversation: Conversation }) {
  const isSplit = conversation.panes.length > 1;
  const toggle = (which: Side) => (side.value = side.value === which ? null : which);
  return (
    <header class="top">
      <IconButton
        icon="menu"
        label="Conversations"
        testId="menu"
        class="icon-button narrow-only"
        aria-expanded={isListOpen.value}
        onClick={() => (isListOpen.value = !isListOpen.value)}
      />
      <h1 class="hidden">Rill</h1>
      <span class={`state ${server.value.kind}`} aria-hidden="true" />
      {isSplit ? <span class="model">Two panes</span> : <ModelChoice conversation={conversation} pane={conversation.panes[0]!} />}
      <span class="space" />
      <IconButton
        icon="columns"
        label="Compare side by side"
        testId="compare"
        // An answer that is on its way belongs to its pane: a copy of it would stay as it is now.
        disabled={isSplit || isRunning(conversation)}
        onClick={() => compare(conversation)}
      />
      <IconButton icon="sliders" label="Settings" testId="settings" aria-expanded={side.value === "settings"} onClick={() => toggle("settings")} />
      <IconButton icon="pulse" label="Engine" testId="panel-toggle" aria-expanded={side.value === "engine"} onClick={() => toggle("engine")} />
      <IconButton
        icon={isDark() ? "sun" : "moon"}
        label={isDark() ? "Light theme" : "Dark theme"}
        testId="theme"
        onClick={() => (theme.value = isDark() ? "light" : "dark")}
      />
    </header>
  );
}

/** Opens a second pane, and its settings where there is room beside it: what to compare is said there. */
function compare(conversation: Conversation): void {
  update(conversation.id, split);
  settingsPane.value = find(conversation.id)?.panes[1]?.id ?? "";
  if (matchMedia("(min-width: 75rem)").matches) side.value = "settings";
}
