/** What went wrong, as it is shown and kept: a sentence, and the request that the server's log knows by its id. */
export interface Problem {
  message: string;
  code?: string;
  requestId?: string;
}

/** A request that failed, with what to tell about it. */
export class RequestFailure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** For answers of something between this page and Rill, which have no error object. */
const byStatus: Record<number, string> = {
  401: "The server wants a key that it did not get.",
  403: "The server does not allow this.",
  404: "There is nothing at this address: is this page served by Rill?",
  413: "The conversation is too large for the server: begin a new one.",
  429: "The server gets too many requests: wait a moment and try again.",
  502: "The server does not answer: it may be starting. Try again in a moment.",
  503: "The server is not ready: try again in a moment.",
  504: "The server took too long: try again.",
};

/** The problem in an error object of the API; null for anything else. */
export function problemIn(body: unknown, requestId?: string): Problem | null {
  const error = (body as { error?: { message?: unknown; code?: unknown } } | null)?.error;
  if (typeof error?.message !== "string") return null;
  return { message: error.message, code: typeof error.code === "string" ? error.code : undefined, requestId };
}

/** What a response without success says. */
export async function problemOf(response: Response): Promise<Problem> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const body: unknown = await response.json().catch(() => null);
  // What the server says of a missing key is for programs: it names headers.
  const said = response.status === 401 ? null : problemIn(body, requestId);
  return said ?? { message: byStatus[response.status] ?? `The server answered with status ${response.status}.`, requestId };
}

/** What an exception of a request means to a person. */
export function problemOfThrown(thrown: unknown, requestId?: string): Problem {
  if (thrown instanceof RequestFailure) return thrown.problem;
  return requestId
    ? { message: "The connection was lost before the answer ended: try again.", requestId }
    : { message: "The server cannot be reached: see that it runs, then try again." };
}
