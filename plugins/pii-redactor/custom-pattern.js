/**
 * Makes a regular expression of the user's safe to run on hostile text. Backtracking engines take as many
 * steps as there are ways to match; here those ways are counted beforehand, and a pattern with too many is
 * refused. `*`, `+` and `{n,}` are rewritten to end after 40 rounds, so the work at each position is bounded
 * and the whole takes time in proportion to the text.
 * @typedef {{ ways: number, length: number, source: string }} Part its ways to match, its longest match
 */
const MAX_WAYS = 2_000;
const MAX_ROUNDS = 40;
const MAX_PATTERN_LENGTH = 256;
const MAX_MATCH_LENGTH = 1_000;
const COUNTED = /^\{(\d{1,3})(,(\d{0,3}))?\}/;

/**
 * @param {{ name: string, pattern: string, ignoreCase?: boolean }} custom
 * @returns {RegExp} global, Unicode-aware
 * @throws {Error} naming the pattern and what it may not contain
 */
export function compileCustom({ name, pattern, ignoreCase }) {
  if (pattern.length > MAX_PATTERN_LENGTH)
    throw refusal(name, `is longer than ${MAX_PATTERN_LENGTH} characters`);
  const reader = new PatternReader(name, pattern);
  const { ways, length, source } = reader.alternatives();
  if (!reader.done) throw refusal(name, 'has a ")" that nothing opens');
  if (ways > MAX_WAYS) throw refusal(name, 'can match the same text in too many ways; bound its repetitions');
  if (length > MAX_MATCH_LENGTH) throw refusal(name, `can match more than ${MAX_MATCH_LENGTH} characters`);
  const compiled = build(name, source, ignoreCase ? 'giu' : 'gu');
  if (new RegExp(`^(?:${source})$`, 'u').test('')) throw refusal(name, 'matches the empty text');
  return compiled;
}

/** @param {string} name @param {string} source @param {string} flags */
function build(name, source, flags) {
  try {
    return new RegExp(source, flags);
  } catch {
    throw refusal(name, 'is not a valid regular expression');
  }
}

/** @param {string} name @param {string} why */
const refusal = (name, why) => new Error(`customPatterns: "${name}" ${why}`);

/** Reads one pattern left to right; each part gives its rewritten source and the ways it can match. */
class PatternReader {
  /** @param {string} name @param {string} pattern */
  constructor(name, pattern) {
    this.name = name;
    this.rest = pattern;
  }

  get done() {
    return this.rest === '';
  }

  /** @returns {Part} */
  alternatives() {
    let { ways, length, source } = this.sequence();
    while (this.rest.startsWith('|')) {
      this.take(1);
      const next = this.sequence();
      ways += next.ways;
      length = Math.max(length, next.length);
      source += `|${next.source}`;
    }
    return { ways, length, source };
  }

  /** @returns {Part} */
  sequence() {
    let ways = 1;
    let length = 0;
    let source = '';
    while (!this.done && !/^[|)]/.test(this.rest)) {
      const part = this.repeated();
      ways *= part.ways;
      length += part.length;
      source += part.source;
    }
    return { ways, length, source };
  }

  /** @returns {Part} */
  repeated() {
    const atom = this.atom();
    const range = this.range();
    if (!range) return atom;
    const [min, max, lazy] = range;
    let ways = 0;
    for (let rounds = min; rounds <= max; rounds++) ways += atom.ways ** rounds;
    return { ways, length: atom.length * max, source: `${atom.source}{${min},${max}}${lazy}` };
  }

  /** @returns {[number, number, string] | null} */
  range() {
    const counted = COUNTED.exec(this.rest);
    const sign = this.rest[0] ?? '';
    if (!counted && !(sign !== '' && '*+?'.includes(sign))) return null;
    this.take(counted ? counted[0].length : 1);
    const lazy = this.rest.startsWith('?') ? this.take(1) : '';
    if (!counted) return [sign === '+' ? 1 : 0, sign === '?' ? 1 : MAX_ROUNDS, lazy];
    const min = Number(counted[1]);
    if (counted[2] === undefined) return [min, min, lazy];
    return [min, counted[3] ? Number(counted[3]) : Math.max(min, MAX_ROUNDS), lazy];
  }

  /** @returns {Part} */
  atom() {
    if (this.rest.startsWith('(')) return this.group();
    const escape =
      /^\\(?:[pP]\{[\w=]{1,64}\}|u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^1-9k])/u.exec(
        this.rest,
      );
    if (escape) return { ways: 1, length: 1, source: this.take(escape[0].length) };
    if (this.rest.startsWith('\\')) throw refusal(this.name, 'has a back-reference');
    const set = /^\[(?:[^\]\\]|\\.)*\]/u.exec(this.rest);
    const one = set?.[0] ?? String.fromCodePoint(this.rest.codePointAt(0) ?? 0);
    return { ways: 1, length: 1, source: this.take(one.length) };
  }

  /** @returns {Part} */
  group() {
    const open = /^\((?:\?:|\?<[A-Za-z]\w{0,30}>|(?!\?))/.exec(this.rest);
    if (!open) throw refusal(this.name, 'has a look-around or another special group');
    this.take(open[0].length);
    const { ways, length, source } = this.alternatives();
    if (!this.rest.startsWith(')')) throw refusal(this.name, 'has a "(" that nothing closes');
    this.take(1);
    return { ways, length, source: `(?:${source})` };
  }

  /** @param {number} length */
  take(length) {
    const taken = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
    return taken;
  }
}
