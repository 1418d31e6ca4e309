import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { GrowingBlocks } from "../text/blocks";
import { extras, lexBlocks, renderMarkdown } from "../text/markdown";
import { announce } from "../state/announcements";
import { copyText } from "./CopyButton";
import { memo } from "./memo";

/** Text of a model, which may still grow, as Markdown. */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => new GrowingBlocks(lexBlocks), []);
  const parts = extras.value;
  return (
    <div class="markdown">
      {blocks.read(text).map((block, index) => (
        <Block key={index} text={block} parts={parts} />
      ))}
    </div>
  );
}

/** One block; `parts` is what it is drawn with, so that it is drawn anew when something was loaded. */
const Block = memo(function Block({ text, parts }: { text: string; parts: object }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const nodes = renderMarkdown(text);
    nodes.querySelectorAll("pre").forEach(frameCode);
    nodes.querySelectorAll("table").forEach(frameTable);
    place.current!.replaceChildren(nodes);
  }, [text, parts]);
  return <div class="block" ref={place} />;
});

/** Puts the language's name and a button to copy above code. */
function frameCode(code: HTMLElement): void {
  const language = /language-(\S+)/.exec(code.firstElementChild?.className ?? "")?.[1] ?? "";
  const frame = document.createElement("figure");
  frame.className = "code";
  const head = document.createElement("figcaption");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.testid = "copy-code";
  button.textContent = "Copy";
  button.onclick = async () => {
    await copyText(code.textContent ?? "");
    button.textContent = "Copied";
    announce("Copied.");
  };
  head.append(language === "text" ? "" : language, button);
  code.replaceWith(frame);
  code.tabIndex = 0; // Long lines scroll, by the keyboard too.
  frame.append(head, code);
}

/** Lets a wide table scroll within the column. */
function frameTable(table: HTMLElement): void {
  const frame = document.createElement("div");
  frame.className = "table";
  frame.tabIndex = 0;
  table.replaceWith(frame);
  frame.append(table);
}
