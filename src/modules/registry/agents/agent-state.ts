import { createHash } from 'node:crypto';
import { BadRequest } from '../../../platform/http/errors.js';

/** A plugin that an agent runs. */
export interface AgentPlugin {
  name: string;
  version: string | null;
  digest: string | null;
}

/** All that an agent tells of itself. */
export interface AgentState {
  name: string;
  endpoint: string | null;
  uri: string | null;
  version: string | null;
  /** Milliseconds from one heartbeat to the next. */
  heartbeatInterval: number;
  plugins: AgentPlugin[];
}

export const MAX_PLUGINS = 5_000;
const LIMITS = { name: 214, version: 256, digest: 256 } as const;
/** Neither control characters nor halves of characters, which the database cannot store. */
export const PRINTABLE = /^[^\p{Cc}\p{Cs}]+$/u;

/**
 * The plugins that a request names, in the order of their names. Checked by hand: a body of 1 MiB holds a third of
 * a million of them, and validating instances of a class would keep the server busy for seconds.
 * @throws BadRequest `field_invalid` with the place
 */
export function parsePlugins(given: unknown): AgentPlugin[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw wrong('plugins', 'must be a list of {"name","version","digest"}');
  if (given.length > MAX_PLUGINS) throw wrong('plugins', `must not have more than ${MAX_PLUGINS} elements`);
  const plugins = given.map((item: unknown, i) => parsePlugin(item, `plugins.${i}`));
  const sorted = plugins.sort((a, b) => (a.name < b.name ? -1 : 1));
  const twice = sorted.find(({ name }, i) => sorted[i + 1]?.name === name);
  if (twice) throw wrong('plugins', `must name "${twice.name}" only once`);
  return sorted;
}

function parsePlugin(item: unknown, at: string): AgentPlugin {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw wrong(at, 'must be an object with name, version and digest');
  const { name, version, digest, ...others } = item as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw wrong(`${at}.${unknown}`, 'is not a field of a plugin, which has name, version and digest');
  return {
    name: parseText(name, `${at}.name`, LIMITS.name),
    version: version == null ? null : parseText(version, `${at}.version`, LIMITS.version),
    digest: digest == null ? null : parseText(digest, `${at}.digest`, LIMITS.digest),
  };
}

function parseText(value: unknown, at: string, max: number): string {
  if (typeof value !== 'string' || value.length > max || !PRINTABLE.test(value))
    throw wrong(at, `must be a text of 1 to ${max} printable characters`);
  return value;
}

function wrong(field: string, message: string): BadRequest {
  return new BadRequest('field_invalid', `${field} ${message}.`, field, [{ field, message }]);
}

/**
 * Two states are the same when their digests are. An agent that sends the digest of its state with a heartbeat
 * learns whether its state has to be sent again.
 * @param state plugins in the order of their names
 * @returns 64 hex digits
 */
export function digestOf({ name, endpoint, uri, version, heartbeatInterval, plugins }: AgentState): string {
  const set = plugins.map((plugin) => [plugin.name, plugin.version, plugin.digest]);
  const text = JSON.stringify([name, endpoint, uri, version, heartbeatInterval, set]);
  return createHash('sha256').update(text).digest('hex');
}
