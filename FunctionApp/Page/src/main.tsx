import { render } from "preact";
import { signal } from "@preact/signals";
import { readEvents } from "./api/sse";

const answer = signal("");

async function send(event: SubmitEvent) {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const content = String(new FormData(form).get("prompt") ?? "");
  answer.value = "";
  const response = await fetch("./v1/chat/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content }], stream: true }),
  });
  for await (const item of readEvents(response.body!)) {
    if (item.type !== "data" || item.data === "[DONE]") continue;
    answer.value += JSON.parse(item.data).choices?.[0]?.delta?.content ?? "";
  }
}

function App() {
  return (
    <main>
      <h1>Rill</h1>
      <article data-testid="message-assistant">{answer}</article>
      <form onSubmit={send}>
        <textarea name="prompt" aria-label="Message" data-testid="prompt" />
        <button data-testid="send">Send</button>
      </form>
    </main>
  );
}

render(<App />, document.getElementById("app")!);
