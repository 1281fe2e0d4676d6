/** The plugin's settings, checked once. The JSON Schema in package.json says the same to the server. */
import { compileCustom } from './custom-pattern.js';
import { DETECTORS } from './detectors.js';

const STYLES = /** @type {const} */ (['placeholder', 'mask', 'hash']);
const DIRECTIONS = ['requests', 'responses'];
const DEFAULT_KINDS = ['email', 'phone', 'card', 'iban', 'secret'];
const MAX_PATTERNS = 20;

/**
 * @typedef {object} Options
 * @property {string[]} kinds built-in kinds to look for
 * @property {typeof STYLES[number]} style
 * @property {string} hashKey empty unless the style is `hash`
 * @property {string[]} applyTo
 * @property {string[]} allowList
 * @property {{ name: string, pattern: RegExp }[]} customPatterns
 */

/**
 * @param {unknown} config what init was given; nothing at all gives the defaults
 * @returns {Options}
 * @throws {Error} naming the setting and what it may be; never its value
 */
export function readOptions(config) {
  const given = /** @type {Record<string, unknown>} */ (config ?? {});
  const style = STYLES.find((s) => s === (given.style ?? 'placeholder'));
  if (!style) throw new Error(`style must be one of ${STYLES.join(', ')}`);
  const hashKey = given.hashKey ?? '';
  if (typeof hashKey !== 'string') throw new Error('hashKey must be a text');
  if (style === 'hash' && hashKey.length < 16) throw new Error('hashKey needs at least 16 characters');
  return {
    kinds: subset('kinds', given.kinds ?? DEFAULT_KINDS, Object.keys(DETECTORS)),
    style,
    hashKey,
    applyTo: subset('applyTo', given.applyTo ?? DIRECTIONS, DIRECTIONS),
    allowList: texts('allowList', given.allowList ?? []),
    customPatterns: readPatterns(given.customPatterns ?? []),
  };
}

/** @param {string} setting @param {unknown} value @returns {string[]} */
function texts(setting, value) {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new Error(`${setting} must be a list of texts`);
}

/** @param {string} setting @param {unknown} value @param {string[]} allowed */
function subset(setting, value, allowed) {
  const list = texts(setting, value);
  if (list.every((item) => allowed.includes(item))) return list;
  throw new Error(`${setting} may hold only ${allowed.join(', ')}`);
}

/** @param {unknown} value */
function readPatterns(value) {
  if (!Array.isArray(value)) throw new Error('customPatterns must be a list');
  if (value.length > MAX_PATTERNS) throw new Error(`customPatterns may hold at most ${MAX_PATTERNS}`);
  return value.map((item) => {
    const { name, pattern, ignoreCase } = item ?? {};
    if (typeof name !== 'string' || !/^[a-z][a-z0-9_]{0,30}$/.test(name)) {
      throw new Error('customPatterns: each needs a name of small letters, digits and _');
    }
    if (typeof pattern !== 'string') throw new Error(`customPatterns: "${name}" needs a pattern`);
    return { name, pattern: compileCustom({ name, pattern, ignoreCase: ignoreCase === true }) };
  });
}
