import { signal } from "@preact/signals";
import { callOnce } from "../api/call";
import { problemOf, problemOfThrown } from "../api/problem";
import { parseMetrics } from "../engine/prometheus";
import { readEngine, type Reading } from "../engine/reading";

/** How often the engine is looked at (ms). */
const pause = 1000;

/** How many readings the panel's line has. */
export const readingCount = 60;

/** The last readings, oldest first. */
export const readings = signal<Reading[]>([]);

/** Why there are none; null while there are. `wantsKey`: a key would open them. */
export const engineObstacle = signal<{ message: string; wantsKey: boolean } | null>(null);

/** Looks at the engine until `signal` ends it. */
export async function watchEngine(ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    if (!document.hidden) await look(ending);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function look(ending: AbortSignal): Promise<void> {
  try {
    const response = await callOnce("metrics", { signal: ending });
    if (!response.ok) return tell(response.status, (await problemOf(response)).message);
    const reading = readEngine(parseMetrics(await response.text()), performance.now(), readings.value.at(-1));
    readings.value = [...readings.value, reading].slice(-readingCount);
    engineObstacle.value = null;
  } catch (thrown) {
    if (!ending.aborted) tell(0, problemOfThrown(thrown).message);
  }
}

function tell(status: number, message: string): void {
  readings.value = [];
  const wantsKey = status === 401;
  engineObstacle.value = { message: wantsKey ? "The engine's figures are for those who have a key." : message, wantsKey };
}
