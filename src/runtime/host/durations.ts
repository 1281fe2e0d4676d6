/** Milliseconds since a moment of `performance.now()`, to a tenth: what comes after that is noise. */
export function millisecondsSince(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10;
}
