const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Every word that one slip away is `word`: a letter too much, too few, another, or two that changed places.
 * That is 75 times its length, which a database looks up faster than it would compare.
 */
export function oneSlipAway(word: string): string[] {
  const slips = new Set<string>();
  for (let at = 0; at <= word.length; at++) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    for (const letter of LETTERS) {
      slips.add(before + letter + after);
      if (after !== '') slips.add(before + letter + after.slice(1));
    }
    if (after !== '') slips.add(before + after.slice(1));
    if (after.length > 1) slips.add(before + after.charAt(1) + after.charAt(0) + after.slice(2));
  }
  slips.delete(word);
  return [...slips];
}

/**
 * How many slips lie between two words, as `oneSlipAway` counts them, none of them within another (optimal string
 * alignment).
 */
export function slipsBetween(one: string, other: string): number {
  let older: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next[column] = Math.min(
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        swapped ? (older[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [older, last] = [last, next];
  }
  return last[other.length] ?? 0;
}
