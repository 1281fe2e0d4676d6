import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExactly } from '../../platform/exact-numbers.js';
import { isTooDeep } from './depth.js';
import { UnsupportedArtifact } from './errors.js';
import { realPathInside } from './real-path.js';

const MOST_BYTES = 2 ** 20;

type Json = Record<string, unknown>;

/** What a package says about itself; every field is the author's word, unchecked beyond its type. */
export interface Manifest {
  name?: string;
  version?: string;
  description?: string;
  /** `agentConfig` of package.json: declared parameters of agent plugins. */
  agentConfig?: Json;
  /** The content of `elizaos.plugin.json` beside package.json. */
  elizaPlugin?: Json;
  /** package.json as it is. */
  packageJson: Json;
}

/**
 * Reads package.json and elizaos.plugin.json of a directory.
 * @returns null without a package.json
 * @throws UnsupportedArtifact when one is over 1 MiB, nested too deeply or no JSON object; PathOutsideRoots when one
 *   is a link that leads out of the directory
 */
export async function readManifest(packageDir: string): Promise<Manifest | null> {
  const packageJson = await readJson(packageDir, 'package.json');
  if (!packageJson) return null;
  const elizaPlugin = await readJson(packageDir, 'elizaos.plugin.json');
  const { name, version, description, agentConfig } = packageJson;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof version === 'string' && { version }),
    ...(typeof description === 'string' && { description }),
    ...(isObject(agentConfig) && { agentConfig }),
    ...(elizaPlugin && { elizaPlugin }),
    packageJson,
  };
}

async function readJson(packageDir: string, name: string): Promise<Json | null> {
  const text = await readBounded(packageDir, name);
  if (text === null) return null;
  const value = parse(text);
  if (!isObject(value) || isTooDeep(value))
    throw new UnsupportedArtifact(`${name} must be a JSON object with at most 100 levels.`);
  return value;
}

async function readBounded(packageDir: string, name: string): Promise<string | null> {
  const path = join(packageDir, name);
  // Looked at before it is opened: opening a pipe would wait for ever.
  const found = await stat(path).catch(() => null);
  if (!found) return null;
  if (!found.isFile()) throw new UnsupportedArtifact(`${name} must be a file.`);
  if (found.size > MOST_BYTES)
    throw new UnsupportedArtifact(`${name} must not be larger than ${MOST_BYTES} bytes.`);
  const file = await open(await realPathInside(path, [packageDir]), 'r').catch(() => null);
  try {
    return (await file?.readFile('utf8')) ?? null;
  } finally {
    await file?.close();
  }
}

function parse(text: string): unknown {
  try {
    return parseExactly(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
