import { editDistance } from '../../../platform/edit-distance.js';

const SHORT = 8;
const SHOWN = 4;
const HIDDEN = '****';
const MAX_TYPOS = 2;
/** Longer text is no mask that somebody has changed. */
const LONGEST = 64;

/** `sk-****...` and four letters: the form in the agent consoles' document; the shown ends may differ. */
const EXAMPLE_FORM = /^[^*]{0,8}\*{4,}\.{3}[^*]{0,8}$/su;
const ASTERISKS = /^\*+$/;
const CUT_FORM = /^.{4}\.\.\..{4}$/su;
/** What others write for characters that are not shown, between those that are. */
const HIDDEN_MIDDLE = /[.*·•●∙⋅]{3,}/u;
/** White space, control and format characters: forms and clipboards drop, add and exchange them. */
const INVISIBLE = /[\s\p{Cc}\p{Cf}\p{Z}]+/gu;

/**
 * Makes what is shown of a secret: `****` for 8 characters or fewer and for anything that is not text, else the
 * first 4, `...` and the last 4. White space and control characters do not count and are never shown. Characters are
 * code points, so that a cut never leaves half of one.
 */
export function maskValue(value: unknown): string {
  const [head, tail] = shownEnds(value);
  return head === '' ? HIDDEN : `${head}...${tail}`;
}

/**
 * True when `candidate` stands for the stored secret: its very mask, the documented example form, or nothing
 * but asterisks, white space and control characters aside. A cut mask of some other value is not one: whoever sends
 * it looked at an older secret.
 */
export function isMaskOf(candidate: unknown, stored: unknown): boolean {
  if (typeof candidate !== 'string' || stored === undefined || stored === null) return false;
  const text = visible(candidate);
  return text === visible(maskValue(stored)) || isPlaceholder(text);
}

/** True for text that can only be a mask, whatever it is the mask of; such text is never kept as a secret. */
export function looksLikeMask(candidate: unknown): boolean {
  if (typeof candidate !== 'string') return false;
  const text = visible(candidate);
  // Masks once showed white space, which counts in those that somebody has still open in a form.
  return isPlaceholder(text) || CUT_FORM.test(text) || CUT_FORM.test(candidate);
}

/**
 * True for what a form, a clipboard or a hand has made of the mask of the stored secret: one or two characters of it
 * are others, or its hidden middle is written in another way. Nobody would choose such a value as the next secret.
 */
export function resemblesMaskOf(candidate: unknown, stored: unknown): boolean {
  if (typeof candidate !== 'string' || stored === undefined || stored === null) return false;
  if (candidate.length > LONGEST) return false;
  const text = visible(candidate).toLowerCase();
  const [head, tail] = shownEnds(typeof stored === 'string' ? visible(stored).toLowerCase() : stored);
  if (head !== '' && editDistance(text, `${head}...${tail}`, MAX_TYPOS) <= MAX_TYPOS) return true;
  const [before = '', after] = text.split(HIDDEN_MIDDLE);
  return after !== undefined && head.startsWith(before) && tail.endsWith(after);
}

/** The first and the last characters of a secret, which a mask may show; empty where it shows none. */
function shownEnds(value: unknown): [head: string, tail: string] {
  if (typeof value !== 'string') return ['', ''];
  const text = value.replace(INVISIBLE, '');
  // A code point has at most two units, so the ends alone decide, however long the text is.
  const long = text.length > 4 * SHORT;
  const head = Array.from(long ? text.slice(0, 2 * SHORT) : text);
  const tail = long ? Array.from(text.slice(-2 * SHORT)) : head;
  if (!long && head.length <= SHORT) return ['', ''];
  return [head.slice(0, SHOWN).join(''), tail.slice(-SHOWN).join('')];
}

function isPlaceholder(text: string): boolean {
  return ASTERISKS.test(text) || EXAMPLE_FORM.test(text);
}

/** The text without what forms drop, and with three dots for the one character that editors make of them. */
function visible(text: string): string {
  return text.normalize('NFKC').replace(INVISIBLE, '');
}
