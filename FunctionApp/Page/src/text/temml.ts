import temml from "temml";

/** A formula as MathML; one that is wrong is shown as it was written. */
export function renderMath(tex: string, isDisplay: boolean): string {
  return temml.renderToString(tex, { displayMode: isDisplay, throwOnError: false, trust: false, maxExpand: 500, maxSize: [30, 100] });
}
