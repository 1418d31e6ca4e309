import { signal } from "@preact/signals";
import { call, callOnce } from "../api/call";
import { problemOf, problemOfThrown } from "../api/problem";
import { announce } from "./announcements";

/** A model, or an adapter (then `parent` is its model). */
export interface ModelCard {
  id: string;
  parent?: string | null;
  max_model_len?: number | null;
}

/** Where the server is on its way to the first token. */
export type ServerState = { kind: "unknown" | "ready" } | { kind: "loading" | "failed" | "unreachable" | "locked"; what: string };

/** How often a server that is not ready is asked (ms). */
const pause = 1500;

/** What is served. */
export const models = signal<ModelCard[]>([]);

/** What the page says of the server. */
export const server = signal<ServerState>({ kind: "unknown" });

let isWatching = false;

/** Watches the server until its model is ready. Call it again when something makes that doubtful. */
export async function watchServer(): Promise<void> {
  if (isWatching) return;
  isWatching = true;
  for (let state = await look(); !isSettled(tell(state)); state = await look()) {
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  isWatching = false;
}

/** Shows a state; it is said aloud when it is of another kind, not at each step of a load. */
function tell(state: ServerState): ServerState {
  const before = server.value.kind;
  server.value = state;
  if ("what" in state && state.kind !== before) announce(state.what);
  if (state.kind === "ready" && before === "loading") announce("The model is ready.");
  return state;
}

/** True where asking again changes nothing. */
function isSettled(state: ServerState): boolean {
  return state.kind === "ready" || state.kind === "locked";
}

/** What a host, or a proxy, answers before there is a worker. */
function isStarting(response: Response): boolean {
  return [502, 503, 504].includes(response.status);
}

async function look(): Promise<ServerState> {
  try {
    const response = await call("v1/models");
    if (response.status === 401) return { kind: "locked", what: "The server wants a key." };
    if (!response.ok) return { kind: isStarting(response) ? "loading" : "failed", what: (await problemOf(response)).message };
    models.value = ((await response.json()) as { data: ModelCard[] }).data;
    // A model that is loading has no context length yet (contract A.3); readiness says how far it is.
    if (models.value[0]?.max_model_len != null) return { kind: "ready" };
    const readiness = await callOnce("health/ready");
    if (readiness.ok) return { kind: "loading", what: "The model is loading." };
    const problem = await problemOf(readiness);
    if (problem.code === "model_failed") return { kind: "failed", what: problem.message };
    // The page asks again by itself: nobody has to be told to.
    return { kind: "loading", what: problem.message.replace(/: try again.*/, ".") };
  } catch (thrown) {
    return { kind: "unreachable", what: problemOfThrown(thrown).message };
  }
}
