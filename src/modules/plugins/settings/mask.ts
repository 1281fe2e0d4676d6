const SHORT = 8;
const SHOWN = 4;
const HIDDEN = '****';

/** `sk-****...` and four letters: the form in the agent consoles' document; the shown ends may differ. */
const EXAMPLE_FORM = /^[^*]{0,8}\*{4,}\.{3}[^*]{0,8}$/su;
const ASTERISKS = /^\*+$/;
const CUT_FORM = /^.{4}\.\.\..{4}$/su;

/**
 * What is shown of a secret: `****` for 8 characters or fewer and for anything that is not text, else the
 * first 4, `...` and the last 4. Characters are code points, so that a cut never leaves half of one.
 */
export function maskValue(value: unknown): string {
  if (typeof value !== 'string') return HIDDEN;
  // A code point has at most two units, so the ends alone decide, however long the text is.
  const long = value.length > 4 * SHORT;
  const head = Array.from(long ? value.slice(0, 2 * SHORT) : value);
  const tail = long ? Array.from(value.slice(-2 * SHORT)) : head;
  if (!long && head.length <= SHORT) return HIDDEN;
  return `${head.slice(0, SHOWN).join('')}...${tail.slice(-SHOWN).join('')}`;
}

/**
 * True when `candidate` stands for the stored secret: its very mask, the documented example form, or nothing
 * but asterisks. A cut mask of some other value is not one: whoever sends it looked at an older secret.
 */
export function isMaskOf(candidate: unknown, stored: unknown): boolean {
  if (typeof candidate !== 'string' || stored === undefined || stored === null) return false;
  return candidate === maskValue(stored) || isPlaceholder(candidate);
}

/** True for text that can only be a mask, whatever it is the mask of; such text is never kept as a secret. */
export function looksLikeMask(candidate: unknown): boolean {
  return typeof candidate === 'string' && (isPlaceholder(candidate) || CUT_FORM.test(candidate));
}

function isPlaceholder(candidate: string): boolean {
  return ASTERISKS.test(candidate) || EXAMPLE_FORM.test(candidate);
}
