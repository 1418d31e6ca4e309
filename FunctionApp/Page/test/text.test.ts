import { Marked } from "marked";
import { expect, test, vi } from "vitest";
import type { TokenLogprob } from "../src/api/wire";
import { GrowingBlocks } from "../src/text/blocks";
import { highlightCode } from "../src/text/highlight";
import { mathExtensions } from "../src/text/math";
import { formatShare, GrowingPieces, piecesOfContent, surprise } from "../src/text/pieces";
import { renderMath } from "../src/text/temml";

const document = [
  "# Title",
  "A *text*\nof two lines.",
  "- one\n- two\n\n  still two\n\n- three",
  "```js\nlet a;\n\nlet b;\n```",
  "| a | b |\n|---|---|\n| 1 | 2 |",
  "> quote",
  "The end.",
].join("\n\n");
const lexer = new Marked();
const lex = (text: string) => lexer.lexer(text);

test("blocks of a text that grows by a character are those of the whole text", () => {
  const whole = new GrowingBlocks(lex).read(document);
  const growing = new GrowingBlocks(lex);
  let blocks: string[] = [];
  for (let length = 1; length <= document.length; length++) blocks = growing.read(document.slice(0, length));
  expect(blocks).toEqual(whole);
  expect(blocks.join("")).toBe(document);
  expect(blocks).toHaveLength(7);
});

test("what is settled is not read again", () => {
  const spy = vi.fn(lex);
  const growing = new GrowingBlocks(spy);
  growing.read("one\n\n".repeat(500));
  growing.read("one\n\n".repeat(500) + "more");
  expect(spy.mock.lastCall![0].length).toBeLessThan(20);
});

test("another text begins anew", () => {
  const growing = new GrowingBlocks(lex);
  growing.read("one\n\ntwo\n\nthree");
  expect(growing.read("other")).toEqual(["other"]);
});

const math = new Marked();
math.use({ extensions: mathExtensions((tex, isDisplay) => `[${isDisplay ? "D" : "I"}:${tex}]`) });

test.each([
  ["a $x^2$ b", "<p>a [I:x^2] b</p>\n"],
  ["a \\(x\\) b \\[y\\]", "<p>a [I:x] b [I:y]</p>\n"],
  ["$$\nx\n+y\n$$", '<p class="formula">[D:x\n+y]</p>'],
  ["\\[\nx\n\\]\nafter", '<p class="formula">[D:x]</p><p>after</p>\n'],
  ["text\n$$x$$", '<p>text</p>\n<p class="formula">[D:x]</p>'],
  ["costs $5 and $6", "<p>costs $5 and $6</p>\n"],
  ["a $ b $ c", "<p>a $ b $ c</p>\n"],
  ["`$x$`", "<p><code>$x$</code></p>\n"],
  ["$a_1$ and $b_1$", "<p>[I:a_1] and [I:b_1]</p>\n"],
])("formulas in '%s'", (text, html) => {
  expect(math.parse(text)).toBe(html);
});

test("a formula is MathML, a wrong one is shown as it was written", () => {
  expect(renderMath("\\frac{1}{2}", true)).toMatch(/<math.*<mfrac>/);
  expect(renderMath("\\frac{1", false)).toContain("\\frac{1");
  expect(renderMath("\\color{red}{x}\\boxed{y}", true)).not.toContain(" style=");
});

test("code is highlighted by classes, and what looks like HTML is escaped", () => {
  expect(highlightCode('const a = "<b>";', "js")).toBe(
    '<span class="hljs-keyword">const</span> a = <span class="hljs-string">&quot;&lt;b&gt;&quot;</span>;',
  );
  expect(highlightCode("x", "nolanguage")).toBeNull();
});

const token = (text: string, logprob: number, bytes: number[] | null = null): TokenLogprob => ({ token: text, logprob, bytes, top_logprobs: [] });

test("tokens that are parts of one character make one piece", () => {
  const [first, second] = [token("\ufffd", Math.log(0.5), [0xc3]), token("\ufffd", Math.log(0.5), [0xa9])];
  const pieces = new GrowingPieces().read([token("caf", 0), first, second, token("!", 0, [0x21])]);
  expect(pieces.map((piece) => piece.text)).toEqual(["caf", "é", "!"]);
  expect(pieces[1]!.probability).toBeCloseTo(0.25);
});

test("pieces of tokens that become more are those of all of them, and none is read twice", () => {
  const tokens = [token("a", 0), token("\ufffd", 0, [0xc3]), token("\ufffd", 0, [0xa9]), token("b", 0), token("c", 0)];
  const growing = new GrowingPieces();
  const first = tokens.map((_, index) => growing.read(tokens.slice(0, index + 1))[0]);
  expect(growing.read(tokens.slice())).toEqual(new GrowingPieces().read(tokens));
  expect(first.every((piece) => piece === first[0])).toBe(true);
});

test("pieces of other tokens, or of fewer, begin anew", () => {
  const [one, two] = [token("one", 0), token("two", 0)];
  const growing = new GrowingPieces();
  growing.read([one, token("\ufffd", 0, [0xc3])]);
  expect(growing.read([one, two]).map((piece) => piece.text)).toEqual(["one", "two"]);
  expect(growing.read([one]).map((piece) => piece.text)).toEqual(["one"]);
  expect(growing.read([])).toEqual([]);
});

test.each([
  ["behind thoughts that say the same", ["<think>", "yes", "</think>", "\n", "y", "es", "<|end|>"], "yes", ["y", "es"]],
  ["before a call", ["Let me", " see", "<tool_call>", "{}", "</tool_call>"], "Let me see", ["Let me", " see"]],
  ["before a call that says the same", ["Find", " it", "<tool_call>", "Find", " it", "</tool_call>"], "Find it", ["Find", " it"]],
  ["behind a thought and before a call", ["Hm", "</think>", "Hm", "<tool_call>", "Hm"], "Hm", ["Hm"]],
  ["that is not there yet", ["<think>", "Hm"], "", []],
  ["on both sides of a call", ["a", "<tool_call>", "b"], "ab", []],
])("of an answer the pieces of its content are found %s", (_, words, content, found) => {
  const pieces = new GrowingPieces().read(words.map((word) => token(word, 0)));
  expect(piecesOfContent(pieces, content, words.includes("Hm") ? "Hm" : "", words.includes("<tool_call>")).map((piece) => piece.text)).toEqual(found);
});

test.each([
  [1, "100 %"],
  [0.123, "12 %"],
  [0.0123, "1.2 %"],
  [0.0001, "< 0.1 %"],
  [0, "0 %"],
])("the share %d is %s", (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test("the less likely, the more surprising", () => {
  expect([1, 0.8, 0.5, 0.2, 0.01].map(surprise)).toEqual([0, 1, 2, 3, 4]);
});

test("pieces that grow are another list each time, since what draws them goes by that", () => {
  const [first, second] = [token("a", 0), token("b", 0)];
  const growing = new GrowingPieces();
  const before = growing.read([first]);
  expect(growing.read([first])).toBe(before);
  expect(growing.read([first, second])).not.toBe(before);
  expect(before.map((piece) => piece.text)).toEqual(["a"]);
});
