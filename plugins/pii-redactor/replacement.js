/** What stands where a value was: a placeholder, a mask, or a pseudonym. */
import { createHmac } from 'node:crypto';

/** @typedef {(kind: string, value: string) => string} Replace */

/**
 * @param {'placeholder' | 'mask' | 'hash'} style
 * @param {string} hashKey used by `hash` only
 * @returns {Replace} none of whose results is itself taken for a value again
 */
export function replacementFor(style, hashKey) {
  if (style === 'mask') return mask;
  if (style === 'hash') return (kind, value) => `[${kind.toUpperCase()}:${pseudonym(hashKey, kind, value)}]`;
  return (kind) => `[${kind.toUpperCase()}]`;
}

/**
 * One writing for all the ways to write a value, so that its pseudonym and the allow-list do not depend on
 * spaces or capitals.
 * @param {string} kind @param {string} value
 */
export function normalise(kind, value) {
  if (kind === 'email') return value.toLowerCase();
  if (kind === 'card') return value.replace(/\D/g, '');
  if (kind === 'phone') return value.replace(/^00/, '+').replace(/[^\d+]/g, '');
  if (kind === 'iban') return value.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  return value;
}

/** Twelve letters of an HMAC: letters only, so that a pseudonym is never taken for a number.
 * @param {string} key @param {string} kind @param {string} value */
function pseudonym(key, kind, value) {
  const digest = createHmac('sha256', key)
    .update(`${kind}:${normalise(kind, value)}`)
    .digest();
  return Array.from(digest.subarray(0, 12), (byte) => String.fromCharCode(97 + (byte % 26))).join('');
}

/** @type {Replace} */
function mask(kind, value) {
  if (kind === 'email') return `${value[0]}***${value.slice(value.lastIndexOf('@'))}`;
  if (kind === 'card' || kind === 'phone' || kind === 'iban') return keepLast(value, 4);
  return '********';
}

/** Stars for all letters and digits but the last ones; the grouping stays. @param {string} value @param {number} kept */
function keepLast(value, kept) {
  let left = value.replace(/[^A-Za-z0-9]/g, '').length - kept;
  return value.replace(/[A-Za-z0-9]/g, (character) => (left-- > 0 ? '*' : character));
}
