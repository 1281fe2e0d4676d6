/** Integers of fewer digits fit a JavaScript number; those of more than 309 exceed every one. */
const [FEWEST_DIGITS, MOST_DIGITS] = [16, 309];
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?\d+$/;
/** Texts (keys too, with their colon) and numbers: all of JSON that matters here. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|-?\d[\d.eE+-]*/gs;
/** Limits of a JSON Schema, such as the largest 64-bit integer: nothing is lost where those are rounded. */
const SCHEMA_LIMIT = /^"(?:exclusive)?m(?:in|ax)imum"/i;

/**
 * Whether a number of JSON text keeps its value as a JavaScript number: an integer all its digits, any other its size.
 * @param number as JSON writes it
 */
export function isExactNumber(number: string): boolean {
  if (!INTEGER.test(number)) return Math.abs(Number(number)) !== Infinity;
  if (number.length < FEWEST_DIGITS) return true;
  return number.length <= MOST_DIGITS && BigInt(number) === BigInt(Number(number));
}

/**
 * Parses JSON text that others wrote. Numbers that a JavaScript number cannot hold, such as the ids of some services,
 * become text with the same digits; limits in a JSON Schema stay numbers.
 * @throws SyntaxError
 */
export function parseExactly(json: string): unknown {
  return JSON.parse(quoteInexactNumbers(json)) as unknown;
}

/** Puts in quotes, in JSON text, the numbers that `parseExactly` makes text. */
export function quoteInexactNumbers(json: string): string {
  let key = '';
  return json.replace(TEXT_OR_NUMBER, (token, colon: string | undefined) => {
    if (colon !== undefined) key = token;
    const isInexact = NUMBER.test(token) && !isExactNumber(token) && !SCHEMA_LIMIT.test(key);
    return isInexact ? `"${token}"` : token;
  });
}
