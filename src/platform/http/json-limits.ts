import { isExactNumber } from '../exact-numbers.js';
import { BadRequest } from './errors.js';

/** Deeper than any real settings, shallow enough for every recursive reader that comes later. */
const MAX_DEPTH = 64;
/** Keys of one object. More of them make V8 build a hash table while it parses, key by key. */
const MAX_KEYS = 1_000;
/** Objects, lists and keys of the whole body. */
const MAX_PARTS = 50_000;
/** Items of all lists of the body. */
const MAX_ITEMS = 100_000;
const MAX_SHOWN = 64;
/** Characters of the shortest number that a JavaScript number does not hold, `1e309`, less one. */
const FEWEST_INEXACT = 4;
/** Limits in a JSON Schema, such as the largest 64-bit integer: nothing is lost where those are rounded. */
const SCHEMA_LIMIT = /^configSchema\..*\.(?:exclusiveM|m)(?:in|ax)imum$/s;

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [PLUS, MINUS, POINT, ZERO, NINE] = [0x2b, 0x2d, 0x2e, 0x30, 0x39];
const [UPPER_E, LOWER_E] = [0x45, 0x65];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** An object or list that the scan is inside of. */
interface Container {
  isList: boolean;
  /** Keys, or items before the present one. */
  count: number;
  /** Where the key of the present value begins. */
  keyAt: number;
}

/**
 * Refuses JSON that takes long to parse or to walk, before it is parsed: parsing 110,000 keys or half a million levels
 * takes V8 a hundred times as long as this scan. Refuses numbers, too, that parsing would make others of. It reads each
 * byte once, and leaves malformed JSON to the parser.
 * @param json UTF-8
 * @throws BadRequest `body_too_deep`, `body_too_complex` with the path and the limit; `number_inexact` with the path
 */
export function assertWithinLimits(json: Uint8Array): void {
  const open: Container[] = [];
  let [parts, items, textAt] = [0, 0, 0];
  const countPart = (): void => {
    if (++parts > MAX_PARTS) throw tooMany(MAX_PARTS, 'objects, lists and keys', pathOf(json, open));
  };
  const count = (isItem: boolean): void => {
    if (!isItem) countPart();
    else if (++items >= MAX_ITEMS) throw tooMany(MAX_ITEMS, 'items of lists', pathOf(json, open));
  };
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) {
      textAt = at;
      at = endOfText(json, at);
    } else if (beginsNumber(byte)) at = endOfExactNumber(json, at, open);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (open.length > MAX_DEPTH) throw tooDeep(pathOf(json, open));
      countPart();
      open.push({ isList: byte === OPEN_LIST, count: 0, keyAt: 0 });
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) open.pop();
    else if (byte === COLON || byte === COMMA) {
      const container = open.at(-1);
      if (!container || container.isList !== (byte === COMMA)) continue;
      container.keyAt = textAt;
      container.count++;
      if (container.count > MAX_KEYS && !container.isList) throw tooManyKeys(pathOf(json, open.slice(0, -1)));
      count(container.isList);
    }
  }
}

/** @returns where the closing quote of the text that begins at `start` is, or the end */
function endOfText(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}

function beginsNumber(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= ZERO && byte <= NINE) || byte === MINUS);
}

/**
 * @returns where the last character of the number that begins at `start` is
 * @throws BadRequest `number_inexact` unless the number keeps its value, or is a limit in a schema
 */
function endOfExactNumber(json: Uint8Array, start: number, open: readonly Container[]): number {
  let end = start;
  while (isOfNumber(json[end + 1])) end++;
  const isShort = end - start < FEWEST_INEXACT;
  if (isShort || isExactNumber(new TextDecoder().decode(json.subarray(start, end + 1)))) return end;
  const path = pathOf(json, open);
  if (SCHEMA_LIMIT.test(path)) return end;
  const advice = 'a number that JSON readers would change: send it as text, in quotes';
  throw new BadRequest('number_inexact', `${named(path)} is ${advice}.`, path);
}

function isOfNumber(byte: number | undefined): boolean {
  if (beginsNumber(byte)) return true;
  return byte === POINT || byte === PLUS || byte === UPPER_E || byte === LOWER_E;
}

/** The dotted path of the value that the scan has come to; long keys are cut. */
function pathOf(json: Uint8Array, open: readonly Container[]): string {
  return open
    .map(({ isList, count, keyAt }) => {
      if (isList) return String(count);
      const key = new TextDecoder().decode(json.subarray(keyAt + 1, endOfText(json, keyAt)));
      return key.length > MAX_SHOWN ? `${key.slice(0, MAX_SHOWN)}…` : key;
    })
    .join('.');
}

function tooDeep(path: string): BadRequest {
  return new BadRequest('body_too_deep', `${named(path)} nests deeper than ${MAX_DEPTH} levels.`, path);
}

function tooManyKeys(path: string): BadRequest {
  const limit = `${MAX_KEYS.toLocaleString('en-US')} keys, the most that an object may have`;
  return new BadRequest('body_too_complex', `${named(path)} has more than ${limit}.`, path);
}

function tooMany(most: number, what: string, path: string): BadRequest {
  const limit = `${most.toLocaleString('en-US')} ${what} in all, the most that a body may have`;
  return new BadRequest(
    'body_too_complex',
    `The body has more than ${limit}; that is reached at ${path}.`,
    path,
  );
}

function named(path: string): string {
  return path === '' ? 'The body' : path;
}
