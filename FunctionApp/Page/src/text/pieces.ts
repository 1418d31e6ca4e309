import type { TokenLogprob } from "../api/wire";

/** A piece of text with the token, or the last of the tokens, that made it. */
export interface Piece {
  text: string;
  probability: number;
  token: TokenLogprob;
}

/** Tokens as whole characters: those that are parts of one character make a piece together. */
export function piecesOf(tokens: TokenLogprob[]): Piece[] {
  const pieces: Piece[] = [];
  let bytes: number[] = [];
  let probability = 1;
  for (const token of tokens) {
    probability *= Math.exp(token.logprob);
    bytes.push(...(token.bytes ?? new TextEncoder().encode(token.token)));
    const text = decode(bytes);
    if (text === null && bytes.length < 8) continue;
    pieces.push({ text: text ?? token.token, probability, token });
    [bytes, probability] = [[], 1];
  }
  return pieces;
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
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    return null;
  }
}
