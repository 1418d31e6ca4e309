import { useEffect } from "preact/hooks";
import { untitled } from "../chat/conversation";
import { announcement } from "../state/announcements";
import { current, isLoaded } from "../state/conversations";
import { stop } from "../state/generation";
import { isListOpen, side } from "../state/view";
import { Composer } from "./Composer";
import { ConversationList } from "./ConversationList";
import { Dialogs } from "./Dialogs";
import { EnginePanel } from "./EnginePanel";
import { Header } from "./Header";
import { IconButton } from "./IconButton";
import { PaneView } from "./PaneView";
import { ServerNote } from "./ServerNote";
import { SettingsPanel } from "./SettingsPanel";

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
      <a class="skip" href="#prompt" onClick={toPrompt}>Skip to the message field</a>
      <ConversationList />
      {isListOpen.value && <button type="button" class="shade" aria-label="Close the list" onClick={() => (isListOpen.value = false)} />}
      <main>
        <Header conversation={conversation} />
        <ServerNote />
        <div class={`panes count-${conversation.panes.length}`}>
          {conversation.panes.map((pane, index) => <PaneView key={pane.id} conversation={conversation} pane={pane} index={index} />)}
        </div>
        <Composer conversation={conversation} />
      </main>
      {side.value !== null && (
        <aside class="side" aria-label={side.value === "settings" ? "Settings" : "Engine"}>
          <header><h2>{side.value === "settings" ? "Settings" : "Engine"}</h2><IconButton icon="close" label="Close" testId="side-close" onClick={() => (side.value = null)} /></header>
          {side.value === "settings" ? <SettingsPanel conversation={conversation} /> : <EnginePanel />}
        </aside>
      )}
      <Dialogs />
      <div class="hidden" aria-live="polite" data-testid="announcement">{announcement}</div>
    </div>
  );
}

function toPrompt(event: Event): void {
  // The address names the conversation: it stays.
  event.preventDefault();
  document.getElementById("prompt")?.focus();
}

/** Esc stops the answer; with none on its way it closes what lies over the page. */
function onKey(event: KeyboardEvent): void {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (isListOpen.value) isListOpen.value = false;
  else stop(current.value);
}
