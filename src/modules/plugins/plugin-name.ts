import { BadRequest, Conflict } from '../../platform/http/errors.js';

/** Path segments that mean something else under /api/plugins. */
const RESERVED = new Set([
  'builtins',
  'loaded',
  'core',
  'installed',
  'ejected',
  'install',
  'uninstall',
  'updates',
]);
export const MAX_NAME = 128;
/** Starts with a letter, a digit or a scope's @; no control characters, quotes, backslashes, or dots alone. */
const NAME = /^[\p{L}\p{N}@](?:[\p{L}\p{N} ._@/+-]*[\p{L}\p{N}._+-])?$/u;

/**
 * The name as it is kept (trimmed, NFC).
 * @throws BadRequest `name_invalid`, Conflict `name_reserved`
 */
export function checkName(given: string): string {
  const name = given.trim().normalize('NFC');
  if (name.length > MAX_NAME || !NAME.test(name) || name.includes('..'))
    throw new BadRequest(
      'name_invalid',
      `name must have 1 to ${MAX_NAME} letters, digits, spaces or . _ - @ / + and start with a letter or digit.`,
      'name',
    );
  if (isReserved(name))
    throw new Conflict('name_reserved', `"${name}" is reserved for a route. Choose another name.`, 'name');
  return name;
}

/** Whether a path with this name is another route's. */
export function isReserved(name: string): boolean {
  return RESERVED.has(foldName(name));
}

/** Names with the same fold are taken for one another by people: case and compatibility forms do not count. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
