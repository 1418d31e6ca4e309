import { expect, test } from "vitest";
import { readEvents, SseReader } from "../src/api/sse";

const text = ': queued: 3\n\ndata: {"a":"é"}\n\ndata: one\r\ndata: two\r\n\r\ndata:x\r\r\nevent: e\nid: 1\ndata: [DONE]\n\n';
const items = [
  { type: "comment", text: "queued: 3" },
  { type: "data", data: '{"a":"é"}' },
  { type: "data", data: "one\ntwo" },
  { type: "data", data: "x" },
  { type: "data", data: "[DONE]" },
];

test.each([1, 2, 3, 7, 1000])("events in pieces of %i characters are those of the whole", (size) => {
  const reader = new SseReader();
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, "g"))!;
  expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(items);
});

test("an event whose end did not come is not told", () => {
  expect(new SseReader().push("data: half\n")).toEqual([]);
});

test("a body cut within a character is read, and let go when its reader leaves", async () => {
  const bytes = new TextEncoder().encode("data: é\n\ndata: z\n\n");
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => [bytes.slice(0, 7), bytes.slice(7)].forEach((piece) => controller.enqueue(piece)),
    cancel: () => void (isCancelled = true),
  });
  for await (const item of readEvents(body)) {
    expect(item).toEqual({ type: "data", data: "é" });
    break;
  }
  expect(isCancelled).toBe(true);
});
