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
    if (text.startsWith(this.#text)) this.#rest += text.slice(this.#text.length);
    else [this.#settled, this.#rest] = [[], text];
    this.#text = text;
    const blocks = this.#split();
    this.#settled.push(...blocks.splice(0, blocks.length - unsettled));
    this.#rest = blocks.join("");
    return [...this.#settled, ...blocks];
  }

  #split(): string[] {
    const blocks: string[] = [];
    for (const token of this.lex(this.#rest)) {
      // Empty lines belong to the block before them.
      if (token.type === "space" && blocks.length > 0) blocks[blocks.length - 1] += token.raw;
      else blocks.push(token.raw);
    }
    return blocks;
  }
}
