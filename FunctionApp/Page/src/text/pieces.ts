import type { TokenLogprob } from "../api/wire";

/** A piece of text with the token, or the last of the tokens, that made it. */
export interface Piece {
  text: string;
  probability: number;
  token: TokenLogprob;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Tokens that become more, as whole characters: those that are parts of one character make a piece together. No token is read twice. */
export class GrowingPieces {
  #pieces: Piece[] = [];
  #bytes: number[] = [];
  #probability = 1;
  #count = 0;
  #last: TokenLogprob | undefined;

  /** The pieces of `tokens`, which are those of the call before with more behind them, or others. */
  read(tokens: TokenLogprob[]): readonly Piece[] {
    if (tokens[this.#count - 1] !== this.#last) [this.#pieces, this.#bytes, this.#probability, this.#count] = [[], [], 1, 0];
    // Another list where there is more to show: what draws it goes by whether it is the same one.
    if (this.#count < tokens.length) this.#pieces = this.#pieces.slice();
    for (; this.#count < tokens.length; this.#count++) this.#add(tokens[this.#count]!);
    this.#last = tokens.at(-1);
    return this.#pieces;
  }

  #add(token: TokenLogprob): void {
    this.#probability *= Math.exp(token.logprob);
    this.#bytes.push(...(token.bytes ?? encoder.encode(token.token)));
    const text = decode(this.#bytes);
    if (text === null && this.#bytes.length < 8) return;
    this.#pieces.push({ text: text ?? token.token, probability: this.#probability, token });
    [this.#bytes, this.#probability] = [[], 1];
  }
}

/**
 * Those of an answer's pieces that made `content`: thoughts, calls and the marks around them are none of it. None where they do not lie side
 * by side. Calls may say what the text before them says, and thoughts what the text behind them says: of an answer with calls it is the first
 * place behind the thoughts.
 */
export function piecesOfContent(pieces: readonly Piece[], content: string, thoughts: string, isBeforeCalls: boolean): readonly Piece[] {
  const text = pieces.map((piece) => piece.text).join("");
  const thought = text.indexOf(thoughts);
  const from = isBeforeCalls ? text.indexOf(content, thought < 0 ? 0 : thought + thoughts.length) : text.lastIndexOf(content);
  if (from < 0) return [];
  let end = 0;
  return pieces.filter(({ text }) => {
    end += text.length;
    return end > from && end - text.length < from + content.length;
  });
}

/** A share as people read it: 97 %, 0.4 %. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 || percent === 0 ? percent.toFixed(0) : percent >= 0.1 ? percent.toFixed(1) : "< 0.1"} %`;
}

/** How likely a token was, in five steps: 0 for nearly certain, 4 for a surprise. */
export function surprise(probability: number): number {
  return [0.9, 0.6, 0.3, 0.1].filter((bound) => probability < bound).length;
}

function decode(bytes: number[]): string | null {
  try {
    return decoder.decode(new Uint8Array(bytes));
  } catch {
    return null;
  }
}
