import { BadRequest, Conflict } from '../../platform/http/errors.js';
import { assertReadable, nameKeys } from '../../platform/names.js';

/** Path segments that mean something else under /api/plugins. */
const RESERVED = [
  'builtins',
  'loaded',
  'core',
  'installed',
  'ejected',
  'install',
  'uninstall',
  'updates',
].map(nameKeys);
const RESERVED_FOLDED = new Set(RESERVED.map(({ folded }) => folded));
const RESERVED_SKELETONS = new Set(RESERVED.map(({ skeleton }) => skeleton));
export const MAX_NAME = 128;
/**
 * Starts with a letter, a digit or a scope's @; no control characters, quotes, backslashes, or dots alone. Marks are
 * part of how many languages are written.
 */
const NAME = /^[\p{L}\p{N}@](?:[\p{L}\p{M}\p{N} ._@/+-]*[\p{L}\p{M}\p{N}._+-])?$/u;

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
  assertReadable(name, 'name');
  if (isReserved(name))
    throw new Conflict('name_reserved', `"${name}" is reserved for a route. Choose another name.`, 'name');
  return name;
}

/** Whether a path with this name is another route's, or looks like it. */
export function isReserved(name: string): boolean {
  const { folded, skeleton } = nameKeys(name);
  return RESERVED_FOLDED.has(folded) || RESERVED_SKELETONS.has(skeleton);
}
