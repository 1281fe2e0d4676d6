import { isJsonObject, type JsonObject } from './json.js';
import type { ParameterSet } from './parameter.js';
import { type Position, childPosition, isSecret, rootPositions } from './position.js';
import { credentialsIn } from './secret-value.js';

/** Shorter texts stand in ordinary log lines by chance; hiding them would make the lines useless. */
const MIN_CHARACTERS = 4;

/**
 * The secrets of a config as they may turn up in what a plugin prints: the text itself, each line of one with
 * several, and the credential inside an address or an option, as written and decoded. Longest first, so that replacing
 * them in order never leaves the end of a longer one. Whoever looks for them knows how texts get encoded.
 * @param config what the plugin is given, defaults included
 */
export function secretValues(config: JsonObject, set: ParameterSet): string[] {
  const positionOf = rootPositions(set);
  const found = new Set<string>();
  for (const [key, value] of Object.entries(config)) collect(value, positionOf(config, key), found);
  return [...found].filter(isLongEnough).sort((a, b) => b.length - a.length);
}

function collect(value: unknown, position: Position, found: Set<string>): void {
  if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value))
      collect(child, childPosition(position, value, key), found);
    if (position.sensitive && isJsonObject(value)) found.add(JSON.stringify(value));
    return;
  }
  if (!isSecret(value, position) || typeof value === 'boolean') return;
  for (const part of partsOf(String(value))) found.add(part);
}

function partsOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return [text, ...(lines.length > 1 ? lines : []), ...credentialsIn(text).flatMap(decoded)];
}

/** As written, and without percent-encoding. */
function decoded(text: string): string[] {
  try {
    return [text, decodeURIComponent(text)];
  } catch {
    return [text];
  }
}

function isLongEnough(text: string): boolean {
  return Array.from(text).length >= MIN_CHARACTERS;
}
