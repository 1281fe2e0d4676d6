/**
 * What is looked for, one function a kind: text in, spans out. Every search here takes time in proportion to
 * the text: repetitions are bounded, or begin only where the one before has ended.
 * @typedef {{ start: number, end: number, kind: string }} Span
 */
import { isIP } from 'node:net';
import { ibanLength, isCardNumber, isIban } from './checksums.js';
import { findPhones } from './phones.js';
import { findSecrets } from './secrets.js';

const EMAIL =
  /(?<![\p{L}\p{N}_])[\p{L}\p{N}_](?:[\p{L}\p{N}_%+'-]|\.(?!\.)){0,127}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(\p{L}{2,24})(?![\p{L}\p{N}_])/gu;
/** Ends of file names that are no top-level domains: `logo@2x.png` is no address. */
const FILE_ENDINGS = new Set(
  'png jpg jpeg gif svg webp avif ico css js mjs cjs ts tsx jsx json html xml tgz gz tar jar whl'.split(' '),
);
const DIGIT_GROUPS = /\d+(?:[ \u00a0-]{1,2}\d+)*/g;
const IBAN_START = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/g;
const IBAN_CHARACTER = /[A-Za-z0-9]/;
const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)/g;
const IPV6 = /(?<![\w.:])[0-9a-fA-F:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\w:]|\.\d)/g;
/** Numbers that are neither cards nor phones, though their digits may look so: UUIDs and ISO 8601 dates. */
const NOT_A_NUMBER =
  /(?<![0-9a-fA-F-])(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?:19|20)\d{2}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?)(?![0-9a-fA-F])/g;

/** @type {Record<string, (text: string) => Span[]>} in order of precedence */
export const DETECTORS = {
  secret: findSecrets,
  iban: findIbans,
  card: (text) => outside(NOT_A_NUMBER, text, findCards(text)),
  email: findEmails,
  phone: (text) => outside(NOT_A_NUMBER, text, findPhones(text)),
  ip: findAddresses,
};

/** @param {string} text @returns {Span[]} */
function findEmails(text) {
  if (!text.includes('@')) return [];
  return [...text.matchAll(EMAIL)]
    .filter((m) => !FILE_ENDINGS.has(String(m[1]).toLowerCase()))
    .filter((m) => !(m[0].startsWith('git@') && text[m.index + m[0].length] === ':'))
    .map((m) => ({ start: m.index, end: m.index + m[0].length, kind: 'email' }));
}

/**
 * A card may stand in a longer row of groups (`4111 1111 1111 1111 123`), so every start and end at a group's
 * edge is tried, at most 19 digits from each start.
 * @param {string} text @returns {Span[]}
 */
function findCards(text) {
  /** @type {Span[]} */
  const spans = [];
  for (const row of text.matchAll(DIGIT_GROUPS)) {
    if (row[0].length < 13) continue;
    const groups = [...row[0].matchAll(/\d+/g)].map((m) => ({ at: row.index + m.index, digits: m[0] }));
    for (let i = 0; i < groups.length; i++) {
      const found = longestCard(groups, i);
      if (!found || isFraction(text, found.start)) continue;
      spans.push(found);
      while (i + 1 < groups.length && Number(groups[i + 1]?.at) < found.end) i++;
    }
  }
  return spans;
}

/** @param {{ at: number, digits: string }[]} groups @param {number} first @returns {Span | null} */
function longestCard(groups, first) {
  let digits = '';
  let found = null;
  for (let i = first; i < groups.length; i++) {
    const group = groups[i];
    if (!group || digits.length + group.digits.length > 19) break;
    digits += group.digits;
    if (digits.length < 13 || !isCardNumber(digits)) continue;
    found = { start: Number(groups[first]?.at), end: group.at + group.digits.length, kind: 'card' };
  }
  return found;
}

/** @param {string} text @param {number} start */
const isFraction = (text, start) => /^\d[.,]$/.test(text.slice(Math.max(0, start - 2), start));

/** @param {string} text @returns {Span[]} */
function findIbans(text) {
  /** @type {Span[]} */
  const spans = [];
  for (const match of text.matchAll(IBAN_START)) {
    const length = ibanLength(match[0].slice(0, 2).toUpperCase());
    if (!length) continue;
    const read = readGrouped(text, match.index, length);
    if (read && isIban(read.value.toUpperCase())) {
      spans.push({ start: match.index, end: read.end, kind: 'iban' });
    }
  }
  return spans;
}

/**
 * Reads exactly `length` letters and digits from `start` on, stepping over single spaces and dashes.
 * @param {string} text @param {number} start @param {number} length
 */
function readGrouped(text, start, length) {
  let value = '';
  let at = start;
  for (; value.length < length; at++) {
    const character = text[at] ?? '';
    if (IBAN_CHARACTER.test(character)) value += character;
    else if (!/[ \u00a0-]/.test(character) || !IBAN_CHARACTER.test(text[at + 1] ?? '')) return null;
  }
  return IBAN_CHARACTER.test(text[at] ?? '') ? null : { value, end: at };
}

/** @param {string} text @returns {Span[]} */
function findAddresses(text) {
  return [...text.matchAll(IPV4), ...text.matchAll(IPV6)]
    .filter((m) => isIP(m[0]) > 0 && m[0] !== '::')
    .map((m) => ({ start: m.index, end: m.index + m[0].length, kind: 'ip' }));
}

/**
 * Drops the spans that touch what `shape` matches.
 * @param {RegExp} shape @param {string} text @param {Span[]} spans
 */
function outside(shape, text, spans) {
  if (spans.length === 0) return spans;
  const taken = [...text.matchAll(shape)].map((m) => ({ start: m.index, end: m.index + m[0].length }));
  let next = 0;
  return spans.filter((span) => {
    while (next < taken.length && Number(taken[next]?.end) <= span.start) next++;
    const block = taken[next];
    return !block || block.start >= span.end;
  });
}
