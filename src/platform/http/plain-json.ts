import { BadRequest, Unprocessable } from './errors.js';

/** Deeper than any real settings, shallow enough for every recursive reader that comes later. */
const MAX_DEPTH = 64;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Refuses what would trip code that walks, copies or stores objects: keys that name prototypes, deep nesting,
 * and the character U+0000, which Postgres has no place for. Iterative, so that it cannot be tripped itself.
 * @throws BadRequest `body_too_deep`, `field_invalid`, Unprocessable `config_key_forbidden`
 */
export function assertPlainJson(root: object): void {
  const pending: { value: object; path: string; depth: number }[] = [{ value: root, path: '', depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path, depth } = next;
    if (depth > MAX_DEPTH)
      throw new BadRequest('body_too_deep', `The body nests deeper than ${MAX_DEPTH} levels.`);
    for (const [key, child] of Object.entries(value) as [string, unknown][]) {
      const childPath = path === '' ? key : `${path}.${key}`;
      if (FORBIDDEN.has(key) && !Array.isArray(value))
        throw new Unprocessable('config_key_forbidden', `${childPath} is not allowed as a key.`, childPath, [
          { field: childPath, message: 'is not allowed as a key' },
        ]);
      assertNoNul(key, path);
      assertNoNul(child, childPath);
      if (typeof child === 'object' && child !== null)
        pending.push({ value: child, path: childPath, depth: depth + 1 });
    }
  }
}

/** @throws BadRequest `field_invalid` when `value` is a text that holds U+0000 */
export function assertNoNul(value: unknown, field: string): void {
  if (typeof value === 'string' && value.includes('\0'))
    throw new BadRequest('field_invalid', `${field || 'A key'} must not hold the character U+0000.`, field);
}
