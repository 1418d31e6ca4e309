import temml from "temml";

/** A node of what Temml makes. */
interface Node {
  style?: object;
  children?: Node[];
  toMarkup: () => string;
}

/** A formula as MathML; one that is wrong is shown as it was written. */
export function renderMath(tex: string, isDisplay: boolean): string {
  const tree = temml.__renderToMathMLTree(tex, {
    displayMode: isDisplay,
    throwOnError: false,
    trust: false,
    maxExpand: 500,
    maxSize: [30, 100],
  }) as Node;
  dropStyles(tree);
  return tree.toMarkup();
}

/** The page's policy allows no styles but its own: classes and MathML's attributes remain. */
function dropStyles(node: Node): void {
  if (node.style) node.style = {};
  node.children?.forEach(dropStyles);
}
