import { Markdown } from "./Markdown";

/** What the model thought before it spoke, folded away. */
export function Reasoning({ text, isThinking }: { text: string; isThinking: boolean }) {
  return (
    <details class="reasoning" data-testid="reasoning">
      <summary>{isThinking ? "Thinking…" : "Thoughts"}</summary>
      <Markdown text={text} />
    </details>
  );
}
