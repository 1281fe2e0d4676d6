import { BadRequest, Unprocessable } from './errors.js';

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** An object or list, and how it is reached. */
interface Place {
  readonly value: object;
  readonly key: string | number;
  readonly parent: Place | null;
}

/**
 * Refuses what would trip code that copies or stores objects: keys that name prototypes, and the character U+0000,
 * which Postgres has no place for. Iterative, so that no depth trips it.
 * @throws BadRequest `field_invalid`, Unprocessable `config_key_forbidden`
 */
export function assertPlainJson(root: object): void {
  const pending: Place[] = [{ value: root, key: '', parent: null }];
  for (let place = pending.pop(); place; place = pending.pop()) {
    // A list may have half a million items: their indexes are not made texts.
    const keys = Array.isArray(place.value) ? place.value.keys() : namesOf(place);
    for (const key of keys) {
      const child: unknown = Reflect.get(place.value, key);
      if (typeof child === 'string' && child.includes('\0')) assertNoNul(child, pathOf(place, key));
      if (typeof child === 'object' && child !== null) pending.push({ value: child, key, parent: place });
    }
  }
}

/** @throws BadRequest `field_invalid` when `value` is a text that holds U+0000 */
export function assertNoNul(value: unknown, field: string): void {
  if (typeof value === 'string' && value.includes('\0'))
    throw new BadRequest('field_invalid', `${field || 'A key'} must not hold the character U+0000.`, field);
}

function namesOf(place: Place): readonly string[] {
  const names = Object.keys(place.value);
  for (const name of names) {
    if (FORBIDDEN.has(name)) throw forbiddenKey(pathOf(place, name));
    if (name.includes('\0')) assertNoNul(name, pathOf(place));
  }
  return names;
}

function pathOf(place: Place, key?: string | number): string {
  const keys = key === undefined ? [] : [key];
  for (let at = place; at.parent; at = at.parent) keys.unshift(at.key);
  return keys.join('.');
}

function forbiddenKey(path: string): Unprocessable {
  const message = 'is not allowed as a key';
  return new Unprocessable('config_key_forbidden', `${path} ${message}.`, path, [{ field: path, message }]);
}
