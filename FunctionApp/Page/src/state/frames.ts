/** How long a hidden page, which gets no frames, waits (ms). */
const hiddenPause = 250;

/** Does something once a frame at most, however often it is asked for. */
export function onFrame(action: () => void): { soon: () => void; now: () => void } {
  let isDue = false;
  const run = () => {
    if (!isDue) return;
    isDue = false;
    action();
  };
  return {
    soon() {
      if (isDue) return;
      isDue = true;
      if (document.hidden) setTimeout(run, hiddenPause);
      else requestAnimationFrame(run);
    },
    now() {
      isDue = false;
      action();
    },
  };
}
