import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { canBeKey, keep, keyQuestion, type KeyQuestion } from "../api/key";
import { question } from "../state/question";
import { watchServer } from "../state/server";

const reasons: Record<KeyQuestion["reason"], string> = {
  needed: "This server asks for a key.",
  refused: "The server did not accept this key.",
  chosen: "The key is sent with each request.",
};

/** What asks before the page goes on. */
export function Dialogs() {
  return (
    <>
      {keyQuestion.value && <KeyDialog question={keyQuestion.value} />}
      {question.value && (
        <Modal label="Question" testId="confirm" onCancel={() => question.value?.answer(false)}>
          <p>{question.value.text}</p>
          <div class="buttons">
            {question.value.action !== null && (
              <button type="button" class="button" data-testid="confirm-no" onClick={() => question.value?.answer(false)}>
                Cancel
              </button>
            )}
            <button
              type="button"
              class={`button ${question.value.action === null ? "primary" : "danger"}`}
              data-testid="confirm-yes"
              onClick={() => question.value?.answer(true)}
            >
              {question.value.action ?? "OK"}
            </button>
          </div>
        </Modal>
      )}
    </>
  );
}

function KeyDialog({ question }: { question: KeyQuestion }) {
  const field = useRef<HTMLInputElement>(null);
  const [isWrong, setWrong] = useState(false);
  const problemId = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    const key = field.current!.value.trim();
    if (!key) return;
    if (!canBeKey(key)) {
      setWrong(true);
      field.current!.focus();
      return;
    }
    keep(key);
    question.answer(true);
    void watchServer();
  };
  return (
    <Modal label="API key" testId="key-dialog" onCancel={() => question.answer(false)}>
      <form onSubmit={submit}>
        <h2>API key</h2>
        <p>{reasons[question.reason]} It is kept in this tab until you close it.</p>
        <label>
          Key
          <input
            ref={field}
            type="password"
            autocomplete="off"
            required
            aria-invalid={isWrong}
            aria-describedby={isWrong ? problemId : undefined}
            data-testid="key-input"
          />
        </label>
        {isWrong && (
          <p class="field-problem" role="alert" id={problemId} data-testid="key-problem">
            This has a character that no key has, such as a typographic dash or quote: copy the key anew.
          </p>
        )}
        <div class="buttons">
          <button type="button" class="button" data-testid="key-cancel" onClick={() => question.answer(false)}>
            Cancel
          </button>
          <button class="button primary" data-testid="key-submit">
            Use this key
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** The browser's own dialog: it holds the focus, and Esc leaves it. */
function Modal({ label, testId, onCancel, children }: { label: string; testId: string; onCancel: () => void; children: ComponentChildren }) {
  const place = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = place.current!;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onCancel();
  };
  return (
    <dialog ref={place} aria-label={label} data-testid={testId} onCancel={cancel}>
      {children}
    </dialog>
  );
}
