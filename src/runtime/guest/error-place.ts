import { fileURLToPath } from 'node:url';
import { cutText, type Failure, MAX_STACK_LINES } from '../protocol.js';
import { errorText } from './error-text.js';
import { originalPosition, type Position } from './source-map.js';

interface Frame {
  /** The frame as one line of text. */
  text: string;
  position: Position | null;
}

const MAX_CAUSES = 5;
const LONGEST_FRAME = 1_000;
/** Everything in this program's folder is ours and says nothing to the author of a plugin. */
const OWN_FOLDER = fileURLToPath(new URL('.', import.meta.url));
const AT_FILE = /^(\s+at (?:.*[ (])?)((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)(\)?)$/;
/** How Node begins the stack of a file that does not compile: its place, the line, and signs below what is wrong. */
const COMPILE_ERROR = /^((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*):(\d+)\n(?:.*\n( *\t*)\^+\n)?/;

/**
 * Describes an error for the plugin's author: the message with the place where its innermost cause was thrown, and
 * the plugin's frames, both in the author's source. Safe for whatever plugin code throws.
 * @param entry absolute path of the plugin's entry: a place in its own package is preferred to one in a dependency
 */
export function describeError(error: unknown, entry = ''): Failure {
  const message = errorText(error);
  try {
    const chain = causes(error).map(framesOf);
    const innermost = chain.findLast((frames) => frames.length > 0) ?? [];
    const place = placeOf(innermost, entry);
    const stack = innermost.slice(0, MAX_STACK_LINES).map(({ text }) => cutText(text, LONGEST_FRAME));
    return { message: place ? `${message} (${place})` : message, stack };
  } catch {
    return { message, stack: [] };
  }
}

function causes(error: unknown): object[] {
  const found: object[] = [];
  let next = error;
  while (next instanceof Object && !found.includes(next) && found.length < MAX_CAUSES) {
    found.push(next);
    next = (next as { cause?: unknown }).cause;
  }
  return found;
}

function placeOf(frames: readonly Frame[], entry: string): string | null {
  const positions = frames.flatMap(({ position }) => position ?? []);
  const own = positions.find(({ file }) => packageOf(file) === packageOf(entry)) ?? positions[0];
  return own ? showPosition(own) : null;
}

/** The part of a path that names the installed package, empty for code that is in none. */
function packageOf(file: string): string {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? '';
}

function framesOf(error: object): Frame[] {
  const { stack } = error as { stack?: unknown };
  if (typeof stack !== 'string') return [];
  const compile = compileFrame(stack);
  const frames = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .flatMap((line) => readFrame(line) ?? []);
  return compile ? [compile, ...frames] : frames;
}

/** @returns null for a frame of Node or of this program */
function readFrame(line: string): Frame | null {
  const [, before = '', path = '', row, column, after = ''] = AT_FILE.exec(line) ?? [];
  if (!path)
    return /[( ]node:|<anonymous>\)?$|\(index \d+\)$/.test(line) ? null : { text: line, position: null };
  const built = { file: toPath(path), line: Number(row), column: Number(column) };
  if (built.file.startsWith(OWN_FOLDER)) return null;
  const position = originalPosition(built);
  return { text: `${before}${showPosition(position)}${after}`, position };
}

function compileFrame(stack: string): Frame | null {
  const [, path, line, indent] = COMPILE_ERROR.exec(stack) ?? [];
  if (!path) return null;
  const position = originalPosition({
    file: toPath(path),
    line: Number(line),
    column: (indent?.length ?? 0) + 1,
  });
  return { text: `    at ${showPosition(position)}`, position };
}

const showPosition = ({ file, line, column }: Position): string => `${file}:${line}:${column}`;

function toPath(path: string): string {
  return path.startsWith('file:') ? fileURLToPath(path) : path;
}
