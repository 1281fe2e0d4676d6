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
