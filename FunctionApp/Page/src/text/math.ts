import type { TokenizerAndRendererExtension } from "marked";

/** `$$...$$` and `\[...\]`, at the beginning of a block. */
const display = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n+|$)/;

/** `$...$`, `$$...$$`, `\(...\)` and `\[...\]` within a line. A dollar beside a space or a digit is money. */
const inline = /^(?:\$\$([^\n]+?)\$\$|\$(?![\s$])((?:\\.|[^\\\n$])+?)(?<!\s)\$(?!\d)|\\\((.+?)\\\)|\\\[(.+?)\\\])/;

/** Formulas in TeX as parts of Markdown. */
export function mathExtensions(render: (tex: string, isDisplay: boolean) => string): TokenizerAndRendererExtension[] {
  return [
    {
      name: "displayMath",
      level: "block",
      start: (text) => indexOf(text, /(?:^|\n) {0,3}(?:\$\$|\\\[)/),
      tokenizer: (text) => token("displayMath", display.exec(text)),
      renderer: ({ tex }) => `<p class="formula">${render(String(tex), true)}</p>`,
    },
    {
      name: "inlineMath",
      level: "inline",
      start: (text) => indexOf(text, /\$|\\\(|\\\[/),
      tokenizer: (text) => token("inlineMath", inline.exec(text)),
      renderer: ({ tex }) => render(String(tex), false),
    },
  ];
}

function token(type: string, match: RegExpExecArray | null) {
  return match
    ? {
        type,
        raw: match[0],
        tex: match
          .slice(1)
          .find((part) => part !== undefined)!
          .trim(),
      }
    : undefined;
}

function indexOf(text: string, pattern: RegExp): number | undefined {
  const index = text.search(pattern);
  return index < 0 ? undefined : index;
}
