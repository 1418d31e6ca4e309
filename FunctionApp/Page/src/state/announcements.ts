import { signal } from "@preact/signals";

/** The longest text that is read aloud unasked. */
const longest = 600;

/** What a screen reader says next, without moving. Streaming text is not said piece by piece. */
export const announcement = signal("");

/** Has a screen reader say a sentence when it is idle. */
export function announce(text: string): void {
  announcement.value = text.length > longest ? `${text.slice(0, longest)}… The rest is on the page.` : text;
}
