import { useState } from "preact/hooks";
import { announce } from "../state/announcements";
import { IconButton } from "./IconButton";

/** How long it says that it has copied (ms). */
const pause = 1500;

/** Copies a text. */
export function CopyButton({ text, label, testId }: { text: string; label: string; testId: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await copyText(text);
    announce("Copied.");
    setDone(true);
    setTimeout(() => setDone(false), pause);
  };
  return <IconButton icon={isDone ? "check" : "copy"} label={label} testId={testId} onClick={copy} />;
}

/** Puts a text on the clipboard; over plain HTTP, where pages have none, by the older way. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => copyBySelection(text));
  copyBySelection(text);
}

function copyBySelection(text: string): void {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "off-screen";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
