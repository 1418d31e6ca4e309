import { signal } from "@preact/signals";

/** A question with one way on, or (`action` null) a message. */
export interface Question {
  text: string;
  action: string | null;
  answer: (isYes: boolean) => void;
}

/** Shown as a dialog while it is not null. */
export const question = signal<Question | null>(null);

/** Asks before something that cannot be undone. */
export function ask(text: string, action: string | null): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      text,
      action,
      answer: (isYes) => {
        question.value = null;
        resolve(isYes);
      },
    };
  });
}
