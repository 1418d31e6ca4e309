/** Sums of samples over their labels, by name. */
export type Samples = ReadonlyMap<string, number>;

/** Reads Prometheus's text format. Lines that are none of it are passed over. */
export function parseMetrics(text: string): Samples {
  const sums = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{.*\})?\s+(\S+)(?:\s+-?\d+)?\s*$/.exec(line);
    if (!match) continue;
    const value = Number(match[2] === "+Inf" ? "Infinity" : match[2]);
    if (!Number.isNaN(value)) sums.set(match[1]!, (sums.get(match[1]!) ?? 0) + value);
  }
  return sums;
}
