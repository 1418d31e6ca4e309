/** What stands in a stream of server-sent events: an event's data, or a comment between events. */
export type SseItem = { type: "data"; data: string } | { type: "comment"; text: string };

/** Reads server-sent events from pieces of text that may be cut anywhere. */
export class SseReader {
  #rest = "";
  #data: string[] = [];

  /** The items that are complete with `text`, in their order. */
  push(text: string): SseItem[] {
    const items: SseItem[] = [];
    // A carriage return at the end may be half of a CRLF: it waits for the next piece.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line, items);
    return items;
  }

  #line(line: string, items: SseItem[]): void {
    if (line === "") {
      if (this.#data.length > 0) items.push({ type: "data", data: this.#data.join("\n") });
      this.#data = [];
    } else if (line.startsWith(":")) {
      items.push({ type: "comment", text: line.slice(1).trim() });
    } else if (line.startsWith("data:")) {
      this.#data.push(line.slice(line[5] === " " ? 6 : 5));
    }
  }
}

/** The items of a response's body, as they arrive. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<SseItem> {
  const reader = new SseReader();
  const decoder = new TextDecoder();
  const source = body.getReader();
  try {
    for (;;) {
      const { done, value } = await source.read();
      if (done) return;
      yield* reader.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    void source.cancel().catch(() => {});
  }
}
