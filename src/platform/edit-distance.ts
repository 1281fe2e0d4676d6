const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Returns every word at edit distance 1: a letter too much, too few, another, or two that changed places.
 * That is 75 times the word's length, which a database looks up faster than it would compare.
 */
export function wordsAtDistanceOne(word: string): string[] {
  const words = new Set<string>();
  for (let at = 0; at <= word.length; at++) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    for (const letter of LETTERS) {
      words.add(before + letter + after);
      if (after !== '') words.add(before + letter + after.slice(1));
    }
    if (after !== '') words.add(before + after.slice(1));
    if (after.length > 1) words.add(before + after.charAt(1) + after.charAt(0) + after.slice(2));
  }
  words.delete(word);
  return [...words];
}

/** Names longer than this are no typing mistakes of one another that anybody would ask about. */
const MAX_LENGTH = 100;
const MAX_TYPOS = 2;

/** Rows of the table of distances: the one before the last, the last, the next. */
const ROWS = [0, 1, 2].map(() => new Uint8Array(256));

/**
 * Counts the typing mistakes between two words: a letter too much, too few, another, or two that changed places, none
 * of them within another (optimal string alignment). Most words of a comparison have nothing in common, and are given
 * up after some letters.
 * @param one at most 250 characters, as `other`
 * @param most more than so many do not matter: then the result is any larger number
 */
export function editDistance(one: string, other: string, most: number): number {
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
      const edits = Math.min(replaced, shifted, swapped ? at(older, column - 2) + 1 : replaced);
      next[column] = edits;
      if (edits < fewest) fewest = edits;
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

/**
 * Finds the name that somebody who wrote `word` may have meant: the nearest within two typing mistakes, case aside,
 * and within one for words of up to four letters, which most short names would be near to.
 * @returns null where none is near, and where `word` is one of the names
 */
export function nearestName(word: string, names: Iterable<string>): string | null {
  if (word.length > MAX_LENGTH) return null;
  const wanted = word.toLowerCase();
  let most = wanted.length > 4 ? MAX_TYPOS : 1;
  let nearest: string | null = null;
  for (const name of names) {
    if (name === word) return null;
    if (name.length > MAX_LENGTH) continue;
    const distance = editDistance(wanted, name.toLowerCase(), most);
    if (distance > most || (nearest !== null && distance === most)) continue;
    [nearest, most] = [name, distance];
  }
  return nearest;
}
