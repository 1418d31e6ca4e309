import { signal } from "@preact/signals";

const place = "rill-key";
let memory: string | null = null;
let asking: Promise<boolean> | null = null;

/** A question for the key that is open now: why it is asked, and where the answer goes (false: the person would not say). */
export interface KeyQuestion {
  reason: "needed" | "refused" | "chosen";
  answer: (given: boolean) => void;
}

/** Shown as a dialog while it is not null. */
export const keyQuestion = signal<KeyQuestion | null>(null);

/** True when a key is kept. */
export const hasKey = signal(read() !== null);

/** The key; it lives as long as this tab. */
export function read(): string | null {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return memory;
  }
}

/** Keeps a key, or forgets it. */
export function keep(key: string | null): void {
  memory = key;
  try {
    if (key === null) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, key);
  } catch {
    // A browser that forbids storage still has this page's memory.
  }
  hasKey.value = key !== null;
}

/** True for what can be a key: a header takes no other characters, such as the dashes and quotes that a word processor makes. */
export function canBeKey(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}

/** Asks the person once, however many requests wait for it. */
export function askForKey(reason: KeyQuestion["reason"]): Promise<boolean> {
  asking ??= new Promise<boolean>((resolve) => {
    keyQuestion.value = {
      reason,
      answer: (given) => {
        keyQuestion.value = null;
        asking = null;
        resolve(given);
      },
    };
  });
  return asking;
}
