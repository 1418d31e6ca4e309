import { formatNumber, formatSeconds, type Stats } from "../chat/stats";

/** How an answer ended, as far as that is worth a word. */
export type Ending = "whole" | "cut" | "stopped";

const endings: Partial<Record<Ending, [text: string, title: string]>> = {
  cut: ["cut at the token limit", "The answer reached its limit of tokens, or the end of the context"],
  stopped: ["stopped", "The answer did not come to its end"],
};

/** First token, speed, counts: what an answer has cost. */
export function StatsLine({ stats, ending }: { stats: Stats; ending: Ending }) {
  const items: [text: string, title: string][] = [];
  const { firstTokenSeconds, tokensPerSecond, completionTokens, promptTokens, cachedTokens, reasoningTokens } = stats;
  if (firstTokenSeconds !== undefined)
    items.push([`${formatSeconds(firstTokenSeconds)} to first token`, "From the request to the first token, the network included"]);
  if (tokensPerSecond !== undefined) items.push([`${formatNumber(tokensPerSecond)} tokens/s`, "Tokens behind the first one, by the time they took"]);
  if (completionTokens)
    items.push([
      `${formatNumber(completionTokens)} tokens${reasoningTokens ? `, ${formatNumber(reasoningTokens)} of reasoning` : ""}`,
      "Tokens of the answer",
    ]);
  if (promptTokens)
    items.push([
      `prompt ${formatNumber(promptTokens)}${cachedTokens ? `, ${formatNumber(cachedTokens)} cached` : ""}`,
      "Tokens of the prompt, and those of them that came from the prefix cache",
    ]);
  if (endings[ending]) items.push(endings[ending]);
  if (items.length === 0) return null;
  return (
    <ul class="stats" data-testid="stats" aria-label="Figures of this answer">
      {items.map(([text, title]) => (
        <li key={title} title={title}>
          {text}
        </li>
      ))}
    </ul>
  );
}
