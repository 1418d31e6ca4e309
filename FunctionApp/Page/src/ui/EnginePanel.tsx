import { useEffect } from "preact/hooks";
import { askForKey } from "../api/key";
import { formatNumber } from "../chat/stats";
import { linePoints } from "../engine/reading";
import { engineObstacle, readingCount, readings, watchEngine } from "../state/engine";
import { formatShare } from "../text/pieces";

/** The box of the line, in its own units. */
const [width, height] = [240, 56];

/** What the engine is doing, now and in the last minute, for those who may read its metrics. */
export function EnginePanel() {
  useEffect(() => {
    const ending = new AbortController();
    void watchEngine(ending.signal);
    return () => ending.abort();
  }, []);
  const obstacle = engineObstacle.value;
  return (
    <div class="engine" data-testid="panel">
      {obstacle ? (
        <div class="quiet" data-testid="panel-obstacle">
          <p>{obstacle.message}</p>
          {obstacle.wantsKey && (
            <button type="button" class="button" onClick={() => void askForKey("chosen")}>
              Enter a key
            </button>
          )}
        </div>
      ) : (
        <Figures />
      )}
    </div>
  );
}

function Figures() {
  const now = readings.value.at(-1);
  if (!now) return <p class="quiet">Looking at the engine…</p>;
  const rates = readings.value.flatMap((reading) => reading.tokensPerSecond ?? []);
  return (
    <>
      <p class="figure-of-speed">
        <strong data-testid="panel-speed">{formatNumber(now.tokensPerSecond ?? 0)}</strong> tokens/s
      </p>
      <svg class="line" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label="Tokens a second in the last minute">
        <polyline points={linePoints(rates, readingCount, width, height)} />
      </svg>
      <dl>
        <dt>Running</dt>
        <dd data-testid="panel-running">{now.running}</dd>
        <dt>Waiting</dt>
        <dd data-testid="panel-waiting">{now.waiting}</dd>
        <dt id="kv-use">KV cache in use</dt>
        <dd>
          <meter min={0} max={1} high={0.9} value={now.kvUse} aria-labelledby="kv-use" /> <span data-testid="panel-kv">{formatShare(now.kvUse)}</span>
        </dd>
        <dt id="prefix-hits">Prompt from the prefix cache</dt>
        <dd>
          {now.prefixHits === undefined ? (
            <span data-testid="panel-prefix">–</span>
          ) : (
            <>
              <meter min={0} max={1} value={now.prefixHits} aria-labelledby="prefix-hits" />{" "}
              <span data-testid="panel-prefix">{formatShare(now.prefixHits)}</span>
            </>
          )}
        </dd>
      </dl>
      <p class="quiet small">
        Of this replica, from <code>/metrics</code>, once a second.
      </p>
    </>
  );
}
