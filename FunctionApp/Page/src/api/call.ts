import { askForKey, keep, read } from "./key";

/** Sends a request with the key that is kept. */
export function callOnce(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const key = read();
  if (key !== null) headers.set("Authorization", `Bearer ${key}`);
  // Relative: the page may stand below a prefix of a proxy.
  return fetch(`./${path}`, { ...init, headers });
}

/** As above, and asks the person for a key as long as the server refuses the one it got; `onSend` is told of each attempt. */
export async function call(path: string, init: RequestInit = {}, onSend: () => void = () => {}): Promise<Response> {
  for (;;) {
    const key = read();
    onSend();
    const response = await callOnce(path, init);
    if (response.status !== 401) return response;
    // Another request may have asked meanwhile: then its key is tried first.
    if (read() !== key) continue;
    if (key !== null) keep(null);
    if (!(await askForKey(key === null ? "needed" : "refused"))) return response;
  }
}
