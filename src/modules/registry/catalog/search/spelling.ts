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

/** Rows of the table of distances: the one before the last, the last, the next. Words have 40 letters at most. */
const ROWS = [0, 1, 2].map(() => new Uint8Array(256));

/**
 * How many slips lie between two words, as `oneSlipAway` counts them, none of them within another (optimal string
 * alignment). Most words of a comparison have nothing in common, and are given up after some letters.
 * @param most more than so many do not matter: then the answer is any larger number
 */
export function slipsBetween(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let [older, last, next] = ROWS as [Uint8Array, Uint8Array, Uint8Array];
  for (let column = 0; column <= other.length; column++) last[column] = column;
  for (let row = 1, fewestBefore = 0; row <= one.length; row++) {
    let fewest = (next[0] = row);
    for (let column = 1; column <= other.length; column++) {
      const same = one.charCodeAt(row - 1) === other.charCodeAt(column - 1);
      const swapped =
        one.charCodeAt(row - 1) === other.charCodeAt(column - 2) &&
        one.charCodeAt(row - 2) === other.charCodeAt(column - 1);
      const replaced = at(last, column - 1) + (same ? 0 : 1);
      const shifted = Math.min(at(last, column), at(next, column - 1)) + 1;
      const slips = Math.min(replaced, shifted, swapped ? at(older, column - 2) + 1 : replaced);
      next[column] = slips;
      if (slips < fewest) fewest = slips;
    }
    if (fewest > most && fewestBefore > most) return fewest;
    fewestBefore = fewest;
    [older, last, next] = [last, next, older];
  }
  return at(last, other.length);
}

function at(row: Uint8Array, column: number): number {
  return row[column] ?? 0;
}
