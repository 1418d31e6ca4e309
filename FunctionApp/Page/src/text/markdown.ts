import DOMPurify from "dompurify";
import { Marked, type Tokens } from "marked";
import { signal } from "@preact/signals";
import { mathExtensions } from "./math";

/** What is loaded when a text first needs it. */
interface Extras {
  highlight?: (code: string, language: string) => string | null;
  math?: (tex: string, isDisplay: boolean) => string;
}

/** Code and formulas are plain until their parts have come; who reads this is told. */
export const extras = signal<Extras>({});

const marked = new Marked({ gfm: true });

marked.use({
  extensions: mathExtensions((tex, isDisplay) => {
    need("math", () => import("./temml").then((part) => part.renderMath));
    return extras.value.math?.(tex, isDisplay) ?? `<code>${escape(tex)}</code>`;
  }),
  renderer: {
    // What looks like HTML is text of the model: it is shown, not obeyed.
    html: ({ text, block }) => (block ? `<p class="source">${escape(text.trimEnd())}</p>` : escape(text)),
    // One level for all, below the page's own: a model's levels begin anywhere and skip some, which misleads a screen reader.
    heading({ tokens, depth }) {
      return `<h2 class="depth-${depth}">${this.parser.parseInline(tokens)}</h2>`;
    },
    // No image is fetched: its address could carry away what stands in the conversation.
    image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    code: renderCode,
  },
});

const allowed = {
  USE_PROFILES: { html: true, mathMl: true },
  FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "img", "picture", "audio", "video", "source", "track"],
  FORBID_ATTR: ["style", "id", "name"],
  // Holds for values of all attributes: what has a scheme at all has one of these.
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto):|[^a-z]|[a-z+.-]+(?:[^a-z+.:-]|$))/i,
  RETURN_DOM_FRAGMENT: true as const,
};

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

/** Splits Markdown into its outermost tokens. */
export function lexBlocks(text: string) {
  return marked.lexer(text);
}

/** Markdown of a model as nodes that are safe to show. */
export function renderMarkdown(text: string): DocumentFragment {
  return DOMPurify.sanitize(marked.parse(text, { async: false }), allowed);
}

function renderCode({ text, lang }: Tokens.Code): string {
  const language = /^[\w+#-]+/.exec(lang ?? "")?.[0].toLowerCase() ?? "";
  if (language) need("highlight", () => import("./highlight").then((part) => part.highlightCode));
  const code = (language && extras.value.highlight?.(text, language)) || escape(text);
  return `<pre><code class="language-${escape(language || "text")}">${code}</code></pre>`;
}

const asked = new Set<keyof Extras>();

/** Fetches a part once; a failure leaves texts plain. */
function need<Name extends keyof Extras>(name: Name, fetch: () => Promise<Extras[Name]>): void {
  if (asked.has(name)) return;
  asked.add(name);
  fetch().then(
    (part) => (extras.value = { ...extras.value, [name]: part }),
    () => asked.delete(name),
  );
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
