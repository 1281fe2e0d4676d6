import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { UnsupportedArtifact } from './errors.js';

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
 * @throws UnsupportedArtifact when one is over 1 MiB or no JSON object
 */
export async function readManifest(packageDir: string): Promise<Manifest | null> {
  const packageJson = await readJson(join(packageDir, 'package.json'), 'package.json');
  if (!packageJson) return null;
  const elizaPlugin = await readJson(join(packageDir, 'elizaos.plugin.json'), 'elizaos.plugin.json');
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

async function readJson(path: string, label: string): Promise<Json | null> {
  const text = await readBounded(path, label);
  if (text === null) return null;
  const value = parse(text);
  if (!isObject(value)) throw new UnsupportedArtifact(`${label} must be a JSON object.`);
  return value;
}

async function readBounded(path: string, label: string): Promise<string | null> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return null;
  try {
    const { size } = await file.stat();
    if (size > MOST_BYTES)
      throw new UnsupportedArtifact(`${label} must not be larger than ${MOST_BYTES} bytes.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
