/** Phone numbers: international ones, and national ones where their grouping or a word before gives them away. */

/** @typedef {import('./detectors.js').Span} Span */

/** E.164: a plus, then 8 to 15 digits (11 after +1), grouped in any usual way, `+49 (0)30 …` included. */
const INTERNATIONAL =
  /(?<![\w+])\+(?:1(?:[ \u00a0.()/-]{0,3}\d){10}|[2-9](?:[ \u00a0.()/-]{0,3}\d){7,14})(?!\d)/g;
/** The same behind 00; rows padded with zeros look alike, hence the checks in `isDialable`. */
const DOUBLE_ZERO = /(?<![\w.,+-])00[ -]?[1-9](?:[ \u00a0.()/-]{0,3}\d){7,14}(?![\w])/g;
/** North America: (212) 555-0123, 212-555-0123, 1 212.555.0123. */
const NORTH_AMERICAN =
  /(?<![\w.,+-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}(?!\w|[.-]\d)/g;
/** A trunk zero and at least one gap: 030 1234567, 0171/1234567, (020) 7946 0958, 06 12 34 56 78. */
const TRUNK_ZERO = /(?<![\w.,:/+-])\(?0[1-9]\d{0,4}\)?(?:[ \u00a0./-]{1,3}\d{2,8}){1,4}(?!\w|[.:/-]\d)/g;
/** Digits without any grouping are a phone number only where the text says so. */
const NAMED =
  /(?<!\p{L})(?:tele(?:phone|fon)|tel|phone|mobile|mobil|cell|fax|call|fon|handy|whatsapp|sms)(?:\W{1,3}(?:number|no|nr|is|me|at|on|us)){0,3}\W{1,4}(\d{7,15})(?!\w)/giu;
const DATE = /^\(?\d{2}([./-])\d{2}\1(?:(?:19|20)\d{2}(?!\d)|\d{2}(?!\1|\d))/;

/** @param {string} text @returns {Span[]} in order of their start */
export function findPhones(text) {
  const spans = [
    ...spansOf(text, INTERNATIONAL, () => true),
    ...spansOf(text, DOUBLE_ZERO, isDialable),
    ...spansOf(text, NORTH_AMERICAN, () => true),
    ...spansOf(text, TRUNK_ZERO, isNational),
    ...[...text.matchAll(NAMED)].map((m) => {
      const end = m.index + m[0].length;
      return { start: end - String(m[1]).length, end, kind: 'phone' };
    }),
  ];
  return spans.sort((a, b) => a.start - b.start);
}

/**
 * After a refused match the search goes on one character further, for a number may follow a date in one row.
 * No match is longer than about 60 characters, so this stays linear.
 * @param {string} text @param {RegExp} shape @param {(value: string) => boolean} accept
 */
function spansOf(text, shape, accept) {
  /** @type {Span[]} */
  const spans = [];
  shape.lastIndex = 0;
  for (let match = shape.exec(text); match; match = shape.exec(text)) {
    const end = match.index + match[0].length;
    if (accept(match[0])) spans.push({ start: match.index, end, kind: 'phone' });
    else shape.lastIndex = match.index + 1;
  }
  return spans;
}

/** @param {string} value */
const digitsOf = (value) => value.replace(/\D/g, '').length;

/** 001 is North America, whose numbers have exactly ten more digits. @param {string} value */
function isDialable(value) {
  const digits = value.replace(/\D/g, '').slice(2);
  return digits.startsWith('1') ? /^1[2-9]\d{9}$/.test(digits) : digits.length >= 9;
}

/** Nine to twelve digits, and not a date with something after it. @param {string} value */
function isNational(value) {
  const digits = digitsOf(value);
  return digits >= 9 && digits <= 12 && !DATE.test(value);
}
