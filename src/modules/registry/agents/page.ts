import { BadRequest } from '../../../platform/http/errors.js';

/** One page of something that is ordered by a key. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * Makes a page of the rows that were read: one more than the page takes, where there are more.
 * @param keyOf what they are ordered by
 */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && rows.length > limit ? encode(keyOf(last)) : null };
}

/**
 * The key that a cursor stands for; without one the empty text, which comes before every key.
 * @throws BadRequest `parameter_invalid` for a cursor that no page has given
 */
export function readCursor(cursor = ''): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (encode(key) !== cursor || key.includes('\0'))
    throw new BadRequest('parameter_invalid', 'cursor must be the nextCursor of an answer.', 'cursor');
  return key;
}

const encode = (key: string): string => Buffer.from(key).toString('base64url');
