import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** How near to the end still counts as being there (px). */
const nearness = 60;

/** Keeps a scrolling place at its end while what it holds grows, unless the person has scrolled away. */
export function useStickToEnd(id: string, count: number) {
  const place = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);
  const toEnd = () => {
    const element = place.current!;
    element.scrollTop = element.scrollHeight;
    sticks.current = true;
  };
  useEffect(() => {
    const element = place.current!;
    const growing = new ResizeObserver(() => sticks.current && toEnd());
    for (const child of element.children) growing.observe(child);
    let before = element.scrollTop;
    const onScroll = () => {
      const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < nearness;
      // What grows moves the end away, not the person: only scrolling up leaves it.
      if (isNear) sticks.current = true;
      else if (element.scrollTop < before) sticks.current = false;
      before = element.scrollTop;
      setAtEnd(isNear || sticks.current);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      growing.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [id, count === 0]);
  useLayoutEffect(toEnd, [id, count]);
  return { place, isAtEnd, toEnd };
}
