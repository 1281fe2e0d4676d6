/** A text as somebody may read it, and where each of its characters stands in the text that it was made from. */
export interface TextView {
  readonly text: string;
  /** Where each unit of `text` begins, and the end of the last one; null where nothing has moved. */
  readonly starts: Uint32Array | null;
}

const [BELL, ESCAPE, CSI, STRING_END] = ['\\x07', '\\x1b', '\\x9b', '\\x9c'];
/** ECMA-48: control sequences (colours, cursor), command strings (titles, links) with what they carry, other escapes. */
const SEQUENCE = new RegExp(
  [
    `(?:${ESCAPE}\\[|${CSI})[0-?]*[ -/]*[@-~]`,
    `${ESCAPE}[\\]PX^_][^${BELL}${ESCAPE}${STRING_END}]*(?:${BELL}|${ESCAPE}\\\\|${STRING_END})`,
    `${ESCAPE}[ -/]*[0-~]`,
    `[^\\P{Cc}\\t\\n]`,
  ].join('|'),
  'gu',
);
/** The same characters without what belongs to them: a command string may carry a secret itself. */
const CONTROL = /[^\P{Cc}\t\n]/gu;
const HAS_CONTROL = /[^\P{Cc}\t\n]/u;

/** JSON, JavaScript and percent-encoded spellings of one character each. */
const ENCODED =
  /\\u([\da-f]{4})|\\x([\da-f]{2})|\\([^ux\n])|%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}/gi;
const NAMED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
};
/** JSON in JSON in an address: deeper is never met in logs. */
const LEVELS = 3;
/** Longer texts are not decoded, which takes long; what a plugin says of itself is shorter. */
const LONGEST_DECODED = 64 * 1024 + 16;

/** Takes terminal sequences and control characters away, all but tab and newline. */
export function withoutControls(text: string): string {
  return HAS_CONTROL.test(text) ? text.replace(SEQUENCE, '') : text;
}

/**
 * The ways to read a text: with its terminal sequences taken away (with and without what they carry), and each of
 * these decoded, as often as there is something to decode.
 */
export function viewsOf(text: string): TextView[] {
  const raw: TextView = { text, starts: null };
  const views = HAS_CONTROL.test(text) || text.includes('\\') ? readings(raw, CONTROL) : [];
  return [...readings(raw, SEQUENCE), ...views];
}

function readings(raw: TextView, controls: RegExp): TextView[] {
  const strip = (view: TextView): TextView =>
    HAS_CONTROL.test(view.text) ? rewritten(view, controls, () => '') : view;
  const views = [strip(raw)];
  for (let level = 1; level < LEVELS && raw.text.length <= LONGEST_DECODED; level += 1) {
    const last = views.at(-1) ?? raw;
    const decoded = rewritten(last, ENCODED, decode);
    if (decoded === last) break;
    views.push(strip(decoded));
  }
  return views;
}

function decode(found: RegExpExecArray): string {
  const [whole, unicode, hex, escaped] = found;
  const code = unicode ?? hex;
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  if (escaped !== undefined) return NAMED[escaped] ?? escaped;
  try {
    return decodeURIComponent(whole);
  } catch {
    return whole;
  }
}

/** The view with each match exchanged for something no longer; the very same where there is none. */
function rewritten(view: TextView, pattern: RegExp, exchange: (found: RegExpExecArray) => string): TextView {
  const matcher = new RegExp(pattern);
  let found = matcher.exec(view.text);
  if (!found) return view;
  const startOf = (index: number): number => view.starts?.[index] ?? index;
  const pieces: string[] = [];
  const starts = new Uint32Array(view.text.length + 1);
  let [from, length] = [0, 0];
  const keep = (to: number): void => {
    pieces.push(view.text.slice(from, to));
    for (; from < to; from += 1) starts[length++] = startOf(from);
  };
  for (; found; found = matcher.exec(view.text)) {
    keep(found.index);
    const piece = exchange(found);
    pieces.push(piece);
    for (let unit = 0; unit < piece.length; unit += 1) starts[length++] = startOf(found.index);
    from = matcher.lastIndex;
  }
  keep(view.text.length);
  starts[length] = startOf(view.text.length);
  return { text: pieces.join(''), starts: starts.subarray(0, length + 1) };
}
