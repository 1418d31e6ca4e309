import type { TokensList } from "marked";

/** The last blocks that can still become something else: what is a paragraph now may go on with the list before it. */
const unsettled = 2;

/** Splits Markdown that grows into its blocks. What is settled is never read again, so that each step costs the end only. */
export class GrowingBlocks {
  #settled: string[] = [];
  #rest = "";
  #text = "";

  /** @param lex Splits a text into its outermost tokens. */
  constructor(readonly lex: (text: string) => TokensList) {}

  /** The blocks of `text`, which is the text of the call before with something more, or another one. */
  read(text: string): string[] {
    const unified = text.replace(/\r\n?/g, "\n");
    if (unified.startsWith(this.#text)) this.#rest += unified.slice(this.#text.length);
    else [this.#settled, this.#rest] = [[], unified];
    this.#text = unified;
    const blocks = this.#split();
    const settling = Math.max(blocks.length - unsettled, 0);
    this.#settled.push(...blocks.slice(0, settling));
    this.#rest = blocks.slice(settling).join("");
    return [...this.#settled, ...blocks.slice(settling)];
  }

  #split(): string[] {
    const blocks: string[] = [];
    let place = 0;
    for (const { type, raw } of this.lex(this.#rest)) {
      // By its length: the lexer may put a line end where a blank was.
      const source = this.#rest.slice(place, (place += raw.length));
      // Empty lines belong to the block before them.
      if (type === "space" && blocks.length > 0) blocks[blocks.length - 1] += source;
      else blocks.push(source);
    }
    return blocks;
  }
}
