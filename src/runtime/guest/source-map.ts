import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isBag } from './loaded-plugin.js';

/** A place in a file; line and column count from 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

/** Largest code file and largest map that is read to find one place, in bytes: the plugin's heap holds both. */
const MAX_FILE_BYTES = 8 * 2 ** 20;
/** Places that are remembered: a hook that throws on each call reads its map once. */
const MAX_REMEMBERED = 1_000;
const COMMENT = '//# sourceMappingURL=';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const remembered = new Map<string, Position>();

/**
 * Finds the place in the author's source that a place in built code comes from, by the source map that the file
 * names, inline or beside it. Maps are read when an error is shown, not when code is loaded: most are never needed,
 * and some take more memory than their plugin.
 * @returns the place as it is where there is no map, or none that can be read
 */
export function originalPosition(built: Position): Position {
  const key = `${built.file}:${built.line}:${built.column}`;
  const known = remembered.get(key);
  if (known) return known;
  const found = mapPosition(built) ?? built;
  if (remembered.size < MAX_REMEMBERED) remembered.set(key, found);
  return found;
}

function mapPosition(built: Position): Position | null {
  try {
    const map = readMap(built.file);
    const origin = map && findOrigin(map.mappings, built.line - 1, built.column - 1);
    const source = origin && map.sources[origin.source];
    if (!origin || typeof source !== 'string') return null;
    return { file: resolveSource(map.base, source), line: origin.line + 1, column: origin.column + 1 };
  } catch {
    return null;
  }
}

/** Reads the map of a file. `base` is the URL that its sources are relative to. */
function readMap(file: string): { mappings: string; sources: unknown[]; base: string } | null {
  const code = readText(file);
  const at = code.lastIndexOf(COMMENT);
  if (at < 0) return null;
  const [named = ''] = code.slice(at + COMMENT.length).split(/\s/, 1);
  const url = new URL(named, pathToFileURL(file));
  const map: unknown = JSON.parse(
    url.protocol === 'data:' ? inlineText(named) : readText(fileURLToPath(url)),
  );
  if (!isBag(map) || typeof map['mappings'] !== 'string' || !Array.isArray(map['sources'])) return null;
  const root = typeof map['sourceRoot'] === 'string' ? map['sourceRoot'].replace(/\/*$/, '/') : '';
  const base = new URL(root === '/' ? '' : root, url.protocol === 'data:' ? pathToFileURL(file) : url);
  return { mappings: map['mappings'], sources: map['sources'] as unknown[], base: base.href };
}

function readText(file: string): string {
  if (statSync(file).size > MAX_FILE_BYTES) throw new RangeError('too large');
  return readFileSync(file, 'utf8');
}

function inlineText(url: string): string {
  const comma = url.indexOf(',');
  const data = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(';base64')
    ? Buffer.from(data, 'base64').toString('utf8')
    : decodeURIComponent(data);
}

/** Bundlers name sources by schemes of their own (`webpack://`), which stay as they are. */
function resolveSource(base: string, source: string): string {
  const url = new URL(source, base);
  return url.protocol === 'file:' ? fileURLToPath(url) : source;
}

/**
 * Finds the last segment at or before a column of a line. Fields of a segment are differences to those before it, in
 * base 64 with 5 bits a digit; the text is read only up to the line. https://tc39.es/ecma426/#sec-mappings
 * @param line counts from 0, as do the column and all numbers that are returned
 */
function findOrigin(
  mappings: string,
  line: number,
  column: number,
): { source: number; line: number; column: number } | null {
  const state = [0, 0, 0, 0] as [column: number, source: number, line: number, originalColumn: number];
  let found: { source: number; line: number; column: number } | null = null;
  let [atLine, field, value, shift] = [0, 0, 0, 0];
  for (let at = 0; at <= mappings.length && atLine <= line; at += 1) {
    const sign = mappings[at] ?? ';';
    if (sign !== ',' && sign !== ';') {
      const digit = BASE64.indexOf(sign);
      value |= (digit & 31) << shift;
      shift += 5;
      if (digit & 32) continue;
      if (field < state.length)
        state[field] = (state[field] ?? 0) + (value & 1 ? -(value >>> 1) : value >>> 1);
      [field, value, shift] = [field + 1, 0, 0];
      continue;
    }
    const isBefore = atLine === line && state[0] <= column;
    if (isBefore && field >= 4) found = { source: state[1], line: state[2], column: state[3] };
    field = 0;
    if (sign === ';') [atLine, state[0]] = [atLine + 1, 0];
  }
  return found;
}
