import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../config.js';
import { packageManagerEnvironment } from '../../../config.js';
import { runPnpm } from './pnpm-process.js';

/** npm's settings as the user has them, in the form that registry requests take. */
export interface NpmConfig {
  /** Address of the default registry, with a slash at the end. */
  readonly registry: string;
  /** Addresses of all registries: the default one and those of scopes. */
  readonly registries: readonly string[];
  /** Addresses of proxies, without credentials. */
  readonly proxies: readonly string[];
  /** Environment for the package manager. */
  readonly environment: Readonly<Record<string, string>>;
  /** Options for requests: scoped registries, credentials by registry, proxies, certificates. */
  readonly fetchOptions: Readonly<Record<string, unknown>>;
}

const NAMED_VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\??\}/g;
const SCOPED_REGISTRY = /^@[^:]+:registry$/;
const PROXY = /^(npm_config_)?(https?[-_])?proxy$/i;
const PASSED = /^(\/\/|@[^:]+:registry$)/;

/**
 * Reads npm's configuration by asking the package manager itself, so that both read the same: user and global
 * npmrc, `npm_config_` variables, built-in defaults. `NPM_REGISTRY` overrides the default registry.
 * @param folder an existing folder outside of any project
 * @throws BadGateway `install_failed` when the package manager cannot tell
 */
export async function readNpmConfig(
  config: Pick<Config, 'NPM_REGISTRY'>,
  folder: string,
  env?: NodeJS.ProcessEnv,
): Promise<NpmConfig> {
  const environment = packageManagerEnvironment(await namedVariables(env), env);
  const { output } = await runPnpm({
    args: ['config', 'list', '--json', '--ignore-workspace'],
    cwd: folder,
    folder,
    environment,
    timeoutMs: 30_000,
    keepOutput: true,
  });
  const settings = JSON.parse(output) as Record<string, unknown>;
  const registry = withSlash(config.NPM_REGISTRY || String(settings['registry']));
  return {
    registry,
    registries: [registry, ...scopedRegistries(settings)],
    proxies: proxies(settings, environment),
    environment,
    fetchOptions: fetchOptions(settings, registry),
  };
}

function scopedRegistries(settings: Record<string, unknown>): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    SCOPED_REGISTRY.test(key) && typeof value === 'string' ? [value] : [],
  );
}

/** Those of npmrc files, and those that the package manager takes from its environment. */
function proxies(settings: Record<string, unknown>, environment: Readonly<Record<string, string>>): string[] {
  const named = Object.entries({ ...environment, ...settings }).filter(([name]) => PROXY.test(name));
  return named.flatMap(([, value]) => {
    // npm takes a proxy without a scheme too.
    const url = typeof value === 'string' && !value.includes('://') ? `http://${value}` : String(value);
    return URL.canParse(url) ? [`${new URL(url).protocol}//${new URL(url).host}`] : [];
  });
}

function fetchOptions(settings: Record<string, unknown>, registry: string): Record<string, unknown> {
  const byRegistry = Object.entries(settings).filter(([key]) => PASSED.test(key));
  const named = {
    ca: settings['ca'],
    cert: settings['cert'],
    key: settings['key'],
    proxy: settings['proxy'],
    httpsProxy: settings['https-proxy'],
    noProxy: settings['noproxy'] ?? settings['no-proxy'],
    strictSSL: settings['strict-ssl'],
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined && value !== null);
  return { ...Object.fromEntries(byRegistry), ...Object.fromEntries(given), registry };
}

/** Variables that the npmrc files refer to; a token is commonly given as `${NPM_TOKEN}`. */
async function namedVariables(env: NodeJS.ProcessEnv | undefined): Promise<string[]> {
  const known = packageManagerEnvironment([], env);
  const files = [
    known['npm_config_userconfig'] ?? join(known['HOME'] ?? homedir(), '.npmrc'),
    known['npm_config_globalconfig'],
  ].filter((file) => file !== undefined);
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.flatMap((text) => [...text.matchAll(NAMED_VARIABLE)].map(([, name = '']) => name));
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
