import { signal } from "@preact/signals";

/** The longest text that is read aloud unasked. */
const longest = 600;

/** How long a sentence stands where a screen reader finds it (ms): who reads on shall not meet it a second time. */
const pause = 1000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** What a screen reader says next, without moving. Streaming text is not said piece by piece. */
export const announcement = signal("");

/** Has a screen reader say a sentence when it is idle. */
export function announce(text: string): void {
  announcement.value = text.length > longest ? `${text.slice(0, longest)}… The rest is on the page.` : text;
  clearTimeout(timer);
  timer = setTimeout(() => (announcement.value = ""), pause);
}
