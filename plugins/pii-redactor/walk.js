/** Applies a function to every text of a payload, copying only what changes. */

/** Fields of the wire formats that hold names and ids, never what a person wrote. */
const PROTOCOL_KEYS = new Set([
  ...[
    'model',
    'role',
    'id',
    'type',
    'object',
    'provider',
    'tool_call_id',
    'call_id',
    'tool_use_id',
    'created',
  ],
  ...[
    'finish_reason',
    'stop_reason',
    'system_fingerprint',
    'service_tier',
    'encoding_format',
    'response_format',
  ],
]);
/** Fields whose objects are a tool's own: there every key counts, and so do numbers. */
const FREE_FORM_KEYS = new Set(['input', 'arguments', 'args', 'parameters', 'output']);
/** Deeper than any real payload; refusing is safer than letting the rest through unread. */
const MAX_DEPTH = 64;
/** JSON texts and numbers long enough for a card, inside a JSON text. */
const JSON_LEAF = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])\d{13,19}(?![\d.eE])/gs;

/**
 * @param {unknown} value JSON-like; never changed
 * @param {(text: string) => string} change
 * @returns {unknown} the very same value where nothing changed, else a copy that shares what did not
 * @throws {Error} when nested deeper than 64 levels
 */
export function mapTexts(value, change) {
  return walk(value, { change, freeForm: false, depth: 0 });
}

/** @typedef {{ change: (text: string) => string, freeForm: boolean, depth: number }} Place */

/** @param {unknown} value @param {Place} place @returns {unknown} */
function walk(value, place) {
  if (place.depth > MAX_DEPTH) throw new Error(`payload is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'string') return mapText(value, place.change);
  if (typeof value === 'number') return place.freeForm ? mapNumber(value, place.change) : value;
  if (Array.isArray(value)) return mapArray(value, place);
  return typeof value === 'object' && value !== null ? mapObject(value, place) : value;
}

/** @param {unknown[]} array @param {Place} place */
function mapArray(array, place) {
  const mapped = array.map((item) => walk(item, { ...place, depth: place.depth + 1 }));
  return mapped.some((item, i) => !Object.is(item, array[i])) ? mapped : array;
}

/** @param {object} object @param {Place} place */
function mapObject(object, place) {
  let changed = false;
  const entries = Object.entries(object).map(([key, value]) => {
    if (!place.freeForm && PROTOCOL_KEYS.has(key)) return [key, value];
    const own = FREE_FORM_KEYS.has(key) && !Array.isArray(value);
    const mapped = walk(value, { ...place, freeForm: place.freeForm || own, depth: place.depth + 1 });
    changed ||= !Object.is(mapped, value);
    return [key, mapped];
  });
  // fromEntries defines properties: a key named __proto__ stays a key.
  return changed ? Object.fromEntries(entries) : object;
}

/** @param {number} number @param {(text: string) => string} change */
function mapNumber(number, change) {
  if (!Number.isSafeInteger(number)) return number;
  const text = String(number);
  const mapped = change(text);
  return mapped === text ? number : mapped;
}

/**
 * A text that is a JSON document (a tool call's arguments) is changed leaf by leaf, so that it stays JSON and
 * escapes hide nothing. Inline images and sounds are not text.
 * @param {string} text @param {(text: string) => string} change
 * @returns {string}
 */
function mapText(text, change) {
  if (/^data:[^,]{0,200};base64,/.test(text)) return text;
  if (!isJsonDocument(text)) return change(text);
  return text.replace(JSON_LEAF, (leaf) => {
    const plain = leaf.startsWith('"') ? /** @type {string} */ (JSON.parse(leaf)) : leaf;
    const mapped = mapText(plain, change);
    return mapped === plain ? leaf : JSON.stringify(mapped);
  });
}

/** @param {string} text */
function isJsonDocument(text) {
  if (!/^\s{0,64}[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
