import { useEffect, useRef } from "preact/hooks";
import type { Conversation } from "../chat/conversation";
import { exportFile, importFile } from "../chat/exchange";
import { announce } from "../state/announcements";
import { conversations, current, open, openNew, remove, removeAll, take } from "../state/conversations";
import { stop } from "../state/generation";
import { ask } from "../state/question";
import { askForKey, hasKey, keep } from "../api/key";
import { isListOpen } from "../state/view";
import { Icon, type IconName } from "./Icon";
import { IconButton } from "./IconButton";

/** The conversations that this browser keeps. */
export function ConversationList() {
  const openOne = (action: () => void) => {
    isListOpen.value = false;
    action();
  };
  const place = useRef<HTMLElement>(null);
  useEffect(() => void (isListOpen.value && place.current!.querySelector("button")?.focus()), [isListOpen.value]);
  return (
    <nav ref={place} class={`list${isListOpen.value ? " open" : ""}`} aria-label="Conversations" data-testid="conversations">
      <p class="wordmark" aria-hidden="true">
        Rill
      </p>
      <button type="button" class="button new" data-testid="new" onClick={() => openOne(openNew)}>
        <Icon name="plus" /> New conversation
      </button>
      <ul>
        {conversations.value.map((conversation) => (
          <Item key={conversation.id} conversation={conversation} onOpen={() => openOne(() => open(conversation.id))} />
        ))}
      </ul>
      <Tools />
    </nav>
  );
}

function Item({ conversation, onOpen }: { conversation: Conversation; onOpen: () => void }) {
  const isOpen = current.value.id === conversation.id;
  const drop = async () => {
    if (!(await ask(`Delete “${conversation.title}”?`, "Delete"))) return;
    stop(conversation);
    await remove(conversation.id);
  };
  return (
    <li class={isOpen ? "current" : ""}>
      <button type="button" class="title" aria-current={isOpen ? "page" : undefined} data-testid="conversation" onClick={onOpen}>
        {conversation.title}
      </button>
      <IconButton icon="trash" label={`Delete ${conversation.title}`} testId="delete" onClick={drop} />
    </li>
  );
}

function Tools() {
  const file = useRef<HTMLInputElement>(null);
  const isEmpty = conversations.value.length === 0;
  const dropAll = async () => {
    if (!(await ask("Delete all conversations of this browser? They are nowhere else.", "Delete all"))) return;
    conversations.value.forEach(stop);
    await removeAll();
  };
  return (
    <div class="list-tools">
      <Tool icon="export" label="Export" testId="export" isOff={isEmpty} onClick={download} />
      <Tool icon="import" label="Import" testId="import" onClick={() => file.current!.click()} />
      <Tool icon="trash" label="Delete all" testId="delete-all" isOff={isEmpty} onClick={dropAll} />
      <Tool
        icon="key"
        label={hasKey.value ? "Forget key" : "Enter key"}
        testId="key"
        onClick={() => (hasKey.value ? keep(null) : void askForKey("chosen"))}
      />
      <input
        type="file"
        ref={file}
        hidden
        accept="application/json,.json"
        aria-label="File of conversations"
        data-testid="import-file"
        onChange={(event) => void upload(event.currentTarget)}
      />
    </div>
  );
}

function Tool({ icon, label, testId, isOff, onClick }: { icon: IconName; label: string; testId: string; isOff?: boolean; onClick: () => void }) {
  return (
    <button type="button" class="list-tool" data-testid={testId} disabled={isOff} onClick={onClick}>
      <Icon name={icon} /> {label}
    </button>
  );
}

function download(): void {
  const address = URL.createObjectURL(new Blob([exportFile(conversations.value)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `rill-conversations-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address));
}

async function upload(field: HTMLInputElement): Promise<void> {
  const file = field.files?.[0];
  field.value = "";
  if (!file) return;
  try {
    const imported = importFile(await file.text());
    await take(imported);
    announce(`${imported.length} conversations imported.`);
  } catch (error) {
    await ask((error as Error).message, null);
  }
}
