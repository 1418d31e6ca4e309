import { useEffect } from "preact/hooks";
import { untitled } from "../chat/conversation";
import { announcement } from "../state/announcements";
import { current, isLoaded } from "../state/conversations";
import { isRunning, stop } from "../state/generation";
import { isListOpen, side } from "../state/view";
import { Composer } from "./Composer";
import { ConversationList } from "./ConversationList";
import { Dialogs } from "./Dialogs";
import { EnginePanel } from "./EnginePanel";
import { Header } from "./Header";
import { PaneView } from "./PaneView";
import { ServerNote } from "./ServerNote";
import { SettingsPanel } from "./SettingsPanel";
import { SidePanel } from "./SidePanel";

/** The page. */
export function App() {
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const conversation = current.value;
  useEffect(() => void (document.title = conversation.title === untitled ? "Rill" : `${conversation.title} · Rill`), [conversation.title]);
  if (!isLoaded.value) return null;
  return (
    <div class="shell">
      <a class="skip" href="#prompt" onClick={toPrompt}>
        Skip to the message field
      </a>
      <ConversationList />
      {isListOpen.value && <button type="button" class="shade" aria-label="Close the list" onClick={() => (isListOpen.value = false)} />}
      <main>
        <Header conversation={conversation} />
        <ServerNote />
        <div class={`panes count-${conversation.panes.length}`}>
          {conversation.panes.map((pane, index) => (
            <PaneView key={pane.id} conversation={conversation} pane={pane} index={index} />
          ))}
        </div>
        <Composer conversation={conversation} />
      </main>
      {side.value === "settings" && (
        <SidePanel title="Settings">
          <SettingsPanel conversation={conversation} />
        </SidePanel>
      )}
      {side.value === "engine" && (
        <SidePanel title="Engine">
          <EnginePanel />
        </SidePanel>
      )}
      <Dialogs />
      <div class="hidden" aria-live="polite" data-testid="announcement">
        {announcement}
      </div>
    </div>
  );
}

function toPrompt(event: Event): void {
  // The address names the conversation: it stays.
  event.preventDefault();
  document.getElementById("prompt")?.focus();
}

/** Esc closes what lies over the page, else stops the answer, else leaves the panel that has the focus. */
function onKey(event: KeyboardEvent): void {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (isListOpen.value) isListOpen.value = false;
  else if (isRunning(current.value)) stop(current.value);
  else if ((event.target as Element).closest(".side")) side.value = null;
}
