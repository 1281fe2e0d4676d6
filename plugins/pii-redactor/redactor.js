import { DETECTORS } from './detectors.js';
import { normalise, replacementFor } from './replacement.js';
import { mapTexts } from './walk.js';

/** @typedef {import('./detectors.js').Span} Span */
/** @typedef {import('./options.js').Options} Options */

/** Redacts payloads by one set of options; what it is given is never changed. */
export class Redactor {
  /** @param {Options} options */
  constructor(options) {
    this.replace = replacementFor(options.style, options.hashKey);
    this.allowList = options.allowList;
    /** @type {Map<string, Set<string>>} */
    this.allowed = new Map();
    this.finders = [
      ...options.customPatterns.map(({ name, pattern }) => findCustom(name, pattern)),
      ...Object.entries(DETECTORS)
        .filter(([kind]) => options.kinds.includes(kind))
        .map(([, find]) => find),
    ];
  }

  /**
   * @param {unknown} payload a request or response of any model API
   * @returns {{ payload: unknown, counts: Record<string, number> }} the same payload when nothing was found
   */
  redact(payload) {
    /** @type {Record<string, number>} */
    const counts = {};
    return { payload: mapTexts(payload, (text) => this.redactText(text, counts)), counts };
  }

  /** @param {string} text @param {Record<string, number>} counts added to */
  redactText(text, counts) {
    let result = '';
    let at = 0;
    for (const { start, end, kind } of merge(this.finders.map((find) => find(text)))) {
      const value = text.slice(start, end);
      if (this.isAllowed(kind, value)) continue;
      result += text.slice(at, start) + this.replace(kind, value);
      at = end;
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return at === 0 ? text : result + text.slice(at);
  }

  /** @param {string} kind @param {string} value */
  isAllowed(kind, value) {
    if (this.allowList.length === 0) return false;
    const plain = value.toLowerCase();
    const domain = kind === 'email' ? plain.slice(plain.lastIndexOf('@')) : plain;
    const allowed = this.allowedValues(kind);
    return allowed.has(domain) || allowed.has(normalise(kind, plain));
  }

  /** The allow-list as values of one kind are written. @param {string} kind */
  allowedValues(kind) {
    let values = this.allowed.get(kind);
    if (!values) {
      values = new Set(this.allowList.map((entry) => normalise(kind, entry.toLowerCase())));
      this.allowed.set(kind, values);
    }
    return values;
  }
}

/** @param {string} name @param {RegExp} pattern @returns {(text: string) => Span[]} */
function findCustom(name, pattern) {
  return (text) =>
    [...text.matchAll(pattern)]
      .filter((m) => m[0] !== '')
      .map((m) => ({ start: m.index, end: m.index + m[0].length, kind: name }));
}

/**
 * One row of spans that do not overlap; where two did, the union is kept under the kind that comes first.
 * @param {Span[][]} found in order of precedence
 */
function merge(found) {
  const ranked = found.flatMap((spans, rank) => spans.map((span) => ({ ...span, rank })));
  ranked.sort((a, b) => a.start - b.start || a.rank - b.rank);
  /** @type {(Span & { rank: number })[]} */
  const merged = [];
  for (const span of ranked) {
    const last = merged.at(-1);
    if (!last || span.start >= last.end) merged.push(span);
    else {
      last.end = Math.max(last.end, span.end);
      if (span.rank < last.rank) Object.assign(last, { kind: span.kind, rank: span.rank });
    }
  }
  return merged;
}
