import { CUT } from '../protocol.js';
import { type TextView, viewsOf, withoutControls } from './text-views.js';

/** Shorter secrets are words: masking them would tear ordinary lines apart. */
const SHORTEST_SECRET = 4;
/** Shorter pieces of base64 and hexadecimal digits stand in other data by chance. */
const SHORTEST_CODE = 8;
/** Longer secrets are looked for in pieces, so that a comparison stays short. */
const LONGEST_PIECE = 256;
/** So many secrets, the longest first, are also looked for in other codes than text. */
const MOST_CODED = 1_000;
const MASK = '****';

type Range = [from: number, to: number];

/**
 * Makes a function that masks the secrets in a text, and leaves the rest of it as it is. It finds a secret as it is,
 * each line of one with several, split by terminal sequences, in JSON and percent-encoded spellings (both up to twice,
 * one in the other), in base64 wherever it stands in what was encoded, and as hexadecimal digits; and the beginning of
 * one where the text was cut.
 */
export function secretMasker(secrets: readonly string[]): (text: string) => string {
  const needles = new Needles([...secrets.flatMap(spellings), ...codesOf(secrets)]);
  if (needles.isEmpty) return (text) => text;
  return (text) =>
    masked(
      text,
      viewsOf(text).flatMap((view) => rangesIn(view, needles)),
    );
}

/** Masks the secrets in a JSON value, names of properties and numbers too. The value is left alone. */
export function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'number') return mask(String(value)) === String(value) ? value : MASK;
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [mask(key), maskDeep(child, mask)] as const),
  );
}

function linesOf(secret: string): string[] {
  const lines = secret.includes('\n') ? secret.split(/\r?\n/).map((line) => line.trim()) : [];
  return [secret, ...lines].filter((line) => line.length >= SHORTEST_SECRET);
}

function spellings(secret: string): string[] {
  return linesOf(secret).flatMap((line) => {
    const text = withoutControls(line);
    // A form has a plus where an address has %20.
    return [text, ...(text.includes(' ') ? [text.replaceAll(' ', '+')] : [])].flatMap(piecesOf);
  });
}

/** Base64 and hexadecimal digits of the secrets. */
function codesOf(secrets: readonly string[]): string[] {
  const longest = secrets.flatMap(linesOf).sort((a, b) => b.length - a.length);
  return longest.slice(0, MOST_CODED).flatMap((line) => {
    const bytes = Buffer.from(line);
    const hex = bytes.toString('hex');
    const codes = [...[0, 1, 2].flatMap((before) => base64Inside(bytes, before)), hex, hex.toUpperCase()];
    return codes.filter((code) => code.length >= SHORTEST_CODE).flatMap(piecesOf);
  });
}

/** The characters of base64 that these bytes alone decide, `before` bytes after the start of a group of three. */
function base64Inside(bytes: Buffer, before: number): string[] {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const first = Math.ceil((before * 8) / 6);
  const end = Math.floor(((before + bytes.length) * 8) / 6);
  const inside = text.slice(first, end);
  return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')];
}

function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  for (; text.length - at > LONGEST_PIECE + SHORTEST_SECRET; at += LONGEST_PIECE)
    pieces.push(text.slice(at, at + LONGEST_PIECE));
  return [...pieces, text.slice(at)];
}

/** Texts to be found in others, all at once: the time it takes hardly depends on how many they are. */
class Needles {
  private readonly sorted: readonly string[];
  /** Index of the longest other one that each begins with, or -1. */
  private readonly beginnings: Int32Array;
  /** Which hashes of four units one of them begins with. */
  private readonly hashes = new Uint8Array(0x10000);

  constructor(texts: readonly string[]) {
    const usable = texts.filter((text) => text.length >= SHORTEST_SECRET);
    this.sorted = [...new Set(usable)].sort((a, b) => (a < b ? -1 : 1));
    this.beginnings = new Int32Array(this.sorted.length);
    this.sorted.forEach((text, index) => {
      this.hashes[hashAt(text, 0)] = 1;
      let shorter = index - 1;
      while (shorter >= 0 && !text.startsWith(this.sorted[shorter] ?? ''))
        shorter = this.shorterThan(shorter);
      this.beginnings[index] = shorter;
    });
  }

  get isEmpty(): boolean {
    return this.sorted.length === 0;
  }

  /** Length of the longest one that stands at `at`, or 0. */
  lengthAt(text: string, at: number): number {
    if (this.hashes[hashAt(text, at)] !== 1) return 0;
    const ahead = text.slice(at, at + LONGEST_PIECE + SHORTEST_SECRET);
    // All that `ahead` begins with come before it, the longest of them last but for others that begin with that.
    let index = this.lastUpTo(ahead);
    while (index >= 0 && !ahead.startsWith(this.sorted[index] ?? '')) index = this.shorterThan(index);
    return this.sorted[index]?.length ?? 0;
  }

  /** Whether one of them begins with `text`. */
  beginWith(text: string): boolean {
    return this.sorted[this.lastUpTo(text, false) + 1]?.startsWith(text) ?? false;
  }

  /** Index of the last one that does not come after `text` (or, not `inclusive`, comes before it), or -1. */
  private lastUpTo(text: string, inclusive = true): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const candidate = this.sorted[middle] ?? '';
      if (candidate < text || (inclusive && candidate === text)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private shorterThan(index: number): number {
    return this.beginnings[index] ?? -1;
  }
}

/** Of the four units from `at` on. */
function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let unit = at; unit < at + SHORTEST_SECRET; unit += 1)
    hash = Math.imul(hash, 0x2f) + (text.charCodeAt(unit) | 0);
  return hash & 0xffff;
}

/** Where the secrets stand, in terms of the text that the view was made from. */
function rangesIn({ text, starts }: TextView, needles: Needles): Range[] {
  const ranges: Range[] = [];
  const add = (from: number, to: number): void =>
    void ranges.push([starts?.[from] ?? from, starts?.[to] ?? to]);
  for (let at = 0; at <= text.length - SHORTEST_SECRET;) {
    const length = needles.lengthAt(text, at);
    if (length > 0) add(at, at + length);
    at += Math.max(1, length);
  }
  if (!text.endsWith(CUT)) return ranges;
  const end = text.length - CUT.length;
  for (let at = Math.max(0, end - LONGEST_PIECE - SHORTEST_SECRET); at <= end - SHORTEST_SECRET; at += 1)
    if (needles.beginWith(text.slice(at, end))) {
      add(at, end);
      break;
    }
  return ranges;
}

/** The text with each range exchanged for a mask, and ranges that touch for one. */
function masked(text: string, ranges: Range[]): string {
  if (ranges.length === 0) return text;
  ranges.sort(([a], [b]) => a - b);
  let [out, end] = ['', 0];
  for (const [from, to] of ranges) {
    if (from > end || out === '') out += text.slice(end, from) + MASK;
    end = Math.max(end, to);
  }
  return out + text.slice(end);
}
