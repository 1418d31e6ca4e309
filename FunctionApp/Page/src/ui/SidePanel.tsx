import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { side } from "../state/view";
import { IconButton } from "./IconButton";

/** What stands beside the conversation; it takes the focus, and gives it back when it is closed. */
export function SidePanel({ title, children }: { title: string; children: ComponentChildren }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const panel = place.current!;
    // A field that asks for a remedy has it already.
    if (!panel.contains(before)) panel.querySelector<HTMLElement>("button")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside class="side" ref={place} aria-label={title}>
      <header>
        <h2>{title}</h2>
        <IconButton icon="close" label="Close" testId="side-close" onClick={() => (side.value = null)} />
      </header>
      {children}
    </aside>
  );
}
