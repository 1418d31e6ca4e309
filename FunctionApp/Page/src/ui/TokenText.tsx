import { useRef, useState } from "preact/hooks";
import { formatShare, surprise, type Piece } from "../text/pieces";
import { memo } from "./memo";

/** Pieces that are drawn together: those of full groups are not drawn again. */
const groupSize = 64;

/** An answer token by token, shaded by how likely each was; what else was likely is shown for the one under the mouse or the arrow keys. */
export function TokenText({ pieces }: { pieces: readonly Piece[] }) {
  const place = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const spanAt = (index: number) => place.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setChosen(Math.min(Math.max((chosen ?? -1) + step, 0), pieces.length - 1));
  };
  const onMouseOver = (event: MouseEvent) => {
    const index = (event.target as HTMLElement).dataset.index;
    if (index !== undefined) setChosen(Number(index));
  };
  const groups = Array.from({ length: Math.ceil(pieces.length / groupSize) }, (_, index) => index * groupSize);
  const piece = chosen === null ? undefined : pieces[chosen];
  return (
    <div class="tokens" data-testid="tokens" ref={place} onMouseLeave={() => setChosen(null)}>
      <div
        class="tokens-text"
        role="group"
        tabIndex={0}
        aria-label="Tokens and their probabilities; the arrow keys go from one to the next"
        onKeyDown={onKeyDown}
        onMouseOver={onMouseOver}
        onBlur={() => setChosen(null)}
      >
        {groups.map((from) => {
          const shown = pieces.slice(from, from + groupSize);
          return (
            <Group
              key={from}
              from={from}
              pieces={shown}
              first={shown[0]!}
              size={shown.length}
              mark={chosen !== null && chosen >= from && chosen < from + groupSize ? chosen : -1}
            />
          );
        })}
      </div>
      {piece && <Alternatives piece={piece} beside={spanAt(chosen!)} />}
    </div>
  );
}

interface GroupProps {
  from: number;
  pieces: readonly Piece[];
  first: Piece;
  size: number;
  mark: number;
}

/** A group is another one only when it has grown or begins elsewhere, or when the mark came, moved or went. */
const Group = memo(
  function Group({ from, pieces, mark }: GroupProps) {
    return (
      <>
        {pieces.map((piece, index) => (
          <span
            key={index}
            data-index={from + index}
            class={`token surprise-${surprise(piece.probability)}${mark === from + index ? " chosen" : ""}`}
          >
            {isControl(piece.text) ? <small>{piece.text}</small> : piece.text}
          </span>
        ))}
      </>
    );
  },
  ["pieces"],
);

function Alternatives({ piece, beside }: { piece: Piece; beside: HTMLElement | null | undefined }) {
  const style = beside ? { left: `${beside.offsetLeft}px`, top: `${beside.offsetTop + beside.offsetHeight + 4}px` } : {};
  return (
    <div class="alternatives" role="status" data-testid="alternatives" style={style}>
      <p>
        <code>{visible(piece.text)}</code> {formatShare(piece.probability)}
      </p>
      <ul>
        {piece.token.top_logprobs.map((other) => (
          <li key={other.token}>
            <code>{visible(other.token)}</code> <span>{formatShare(Math.exp(other.logprob))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A token such as the one that ends the answer, which is none of its text. */
function isControl(text: string): boolean {
  return /^<\|.*\|>$/.test(text);
}

/** Blanks as something that can be seen. */
function visible(text: string): string {
  return text.replace(/ /g, "·").replace(/\n/g, "⏎").replace(/\t/g, "⇥") || "(end)";
}
