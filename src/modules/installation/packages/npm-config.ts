import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Reader from '@npmcli/config';
import type { Config } from '../../../config.js';
import { npmSettingsEnvironment, packageManagerEnvironment } from '../../../config.js';
import { BadGateway } from '../../../platform/http/errors.js';

/** npm's settings as the user has them, for our own requests and for the package manager. */
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
  /** Credentials that are left out, since they name a variable without a value. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  /** The addresses it is for: `//host/path/`. */
  readonly at: string;
  readonly cause: string;
}

/** Where npm's settings come from. */
interface Surroundings {
  readonly env?: NodeJS.ProcessEnv;
  /** The project's `.npmrc` is looked for from here upwards, as npm does. */
  readonly cwd?: string;
}

/** Settings for requests, besides those of one scope or one registry; the names under which libraries take them. */
const NETWORK = {
  ca: 'ca',
  cafile: 'ca',
  cert: 'cert',
  key: 'key',
  proxy: 'proxy',
  'https-proxy': 'httpsProxy',
  noproxy: 'noProxy',
  'strict-ssl': 'strictSSL',
  'local-address': 'localAddress',
};
const VARIABLE = /(?<!\\)(?:\\\\)*\$\{([^${}?]+)\}/g;
const SCOPED = /^@[^/]+:registry$/;
/** What npm takes for a file that is not there: also one below something that is no folder. */
const ABSENT = ['ENOENT', 'ENOTDIR'];

/**
 * Reads npm's configuration with npm's own reader: `.npmrc` of the project, the user and all users, `npm_config_`
 * variables in any case, `${VARIABLE}`s, built-in defaults. `NPM_REGISTRY` overrides the default registry. The package
 * manager would read it otherwise (one variable that is not set, and it drops the file), so it is given what was read.
 * npm goes on where a file cannot be read or an address is none, and asks its public registry for private names: here
 * that is an error.
 * @param folder where the file for the package manager is written; made if need be
 * @throws BadGateway `install_failed`, naming the file, the key and the variable, never a value
 */
export async function readNpmConfig(
  { NPM_REGISTRY }: Pick<Config, 'NPM_REGISTRY'>,
  folder: string,
  { env: variables, cwd = process.cwd() }: Surroundings = {},
): Promise<NpmConfig> {
  const env = npmSettingsEnvironment(variables);
  // Loaded when needed: most servers start without it.
  const { default: definitions } = await import('@npmcli/config/lib/definitions/index.js');
  const { default: ConfigReader } = await import('@npmcli/config');
  // Of npm itself there is no folder here.
  const argv = ['node', 'npm', ...(NPM_REGISTRY === '' ? [] : [`--registry=${NPM_REGISTRY}`])];
  const reader = new ConfigReader({
    ...definitions,
    npmPath: folder,
    argv,
    env,
    cwd,
    warn: false,
  });
  await reader.load().catch((cause: unknown) => {
    throw unusable((cause as Error).message, cause);
  });
  refuseUnread(reader);
  const isCredential = (key: string): boolean =>
    key.startsWith('//') && definitions.nerfDarts.includes(key.slice(key.lastIndexOf(':') + 1));
  const leftOut = findLeftOut(reader, env, isCredential);
  checkAddress(reader, 'registry');
  const flat = optionsOf(reader);
  const registry = withSlash(String(flat['registry']));
  const scopes = Object.keys(flat).filter((key) => SCOPED.test(key) && isGiven(flat[key]));
  for (const key of scopes) checkAddress(reader, key);
  const credentials = Object.keys(flat).filter(
    (key) => isCredential(key) && isGiven(flat[key]) && !leftOut.some((one) => one.key === key),
  );
  const passed = [...scopes, ...credentials].map((key) => [key, flat[key]] as const);
  const network = Object.entries(NETWORK).filter(([, name]) => isGiven(flat[name]));
  // What a `cafile` holds is in `ca`.
  const forManager = network
    .filter(([key]) => key !== 'cafile')
    .map(([key, name]) => [key, flat[name]] as const);
  const forRequests = network.map(([, name]) => [name, flat[name]] as const);
  const settings = await writeSettings(folder, [...passed, ...forManager]);
  const environment = packageManagerEnvironment(env);
  return {
    registry,
    registries: [registry, ...scopes.map((key) => String(flat[key]))],
    proxies: proxies([flat['proxy'], flat['httpsProxy'], ...proxiesIn(environment)]),
    environment: { ...environment, ...settings },
    fetchOptions: { ...Object.fromEntries([...passed, ...forRequests]), registry },
    leftOut,
  };
}

/** Those that the package manager takes from its environment, besides those of npm's settings. */
function proxiesIn(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    /^https?_proxy$/i.test(name) ? [value] : [],
  );
}

function proxies(given: readonly unknown[]): string[] {
  return given.flatMap((value) => {
    // npm takes a proxy without a scheme too.
    const url = typeof value === 'string' && !value.includes('://') ? `http://${value}` : String(value);
    return URL.canParse(url) ? [`${new URL(url).protocol}//${new URL(url).host}`] : [];
  });
}

/** Which credentials for a web address are left out, as a clause for a message; else empty. */
export function missingFor(address: string, leftOut: readonly LeftOut[]): string {
  const causes = leftOut.filter(({ at }) => address.includes(at)).map(({ cause }) => cause);
  return causes.join('; ');
}

/** @throws BadGateway `install_failed` for a file that is there and cannot be read */
function refuseUnread(reader: Reader): void {
  for (const { source, loadError } of reader.data.values()) {
    if (!loadError || ABSENT.includes(loadError.code ?? '')) continue;
    throw unusable(
      `${source ?? ''} cannot be read (${loadError.code ?? ''}). Let the server's user read it, or take it away.`,
      loadError,
    );
  }
}

/**
 * Finds what names variables without a value, where it counts. npm sends such a credential as it is written; left out,
 * a registry that answers everybody still answers.
 * @throws BadGateway `install_failed` where it is no credential
 */
function findLeftOut(
  reader: Reader,
  env: NodeJS.ProcessEnv,
  isCredential: (key: string) => boolean,
): (LeftOut & { key: string })[] {
  const found: (LeftOut & { key: string })[] = [];
  for (const [where, { raw, source }] of reader.data)
    for (const [written, value] of Object.entries(where === 'default' ? {} : (raw ?? {}))) {
      const variable = [...`${written} ${String(value)}`.matchAll(VARIABLE)]
        .map(([, name = '']) => name)
        .find((name) => !env[name]);
      const key = written.replace(VARIABLE, (text, name: string) => env[name] || text);
      if (variable === undefined || reader.find(key) !== where) continue;
      const cause = `${fileOf(source)} gives "${key}" by \${${variable}}, which has no value`;
      if (isCredential(key)) found.push({ key, at: addressesOf(key), cause });
      else if (Object.hasOwn(NETWORK, key) || SCOPED.test(key) || key === 'registry')
        throw unusable(`${cause}. Give it one in the server's environment.`);
    }
  return found;
}

/** All of them, where a variable without a value stands for the address. */
function addressesOf(key: string): string {
  return key.includes('${') ? '//' : key.slice(0, key.lastIndexOf(':'));
}

/** npm takes its public registry instead of an address that is none. @throws BadGateway `install_failed` */
function checkAddress(reader: Reader, key: string): void {
  const address = String(reader.get(key));
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return;
  const { source = null } = reader.data.get(reader.find(key) ?? '') ?? {};
  throw unusable(`"${key}" in ${fileOf(source)} is no http or https address.`);
}

/** @throws BadGateway `install_failed` for credentials that belong to no registry, or an unreadable `cafile` */
function optionsOf(reader: Reader): Readonly<Record<string, unknown>> {
  try {
    reader.validate();
    return reader.flat;
  } catch (cause) {
    const files = ['project', 'user', 'global'].map((where) => reader.data.get(where)?.source);
    throw unusable(`${(cause as Error).message} (${files.filter(Boolean).join(', ')})`, cause);
  }
}

/**
 * Writes the settings where the package manager finds them, and nothing else of the user's: it takes the folder for its
 * home. The values are in the environment, for a file may be copied.
 * @returns that environment
 */
async function writeSettings(
  folder: string,
  settings: readonly (readonly [key: string, value: unknown])[],
): Promise<Record<string, string>> {
  const home = join(folder, 'package-manager');
  const values: Record<string, string> = {};
  const lines = settings.flatMap(([key, value], index) => {
    // Lists and yes or no are not looked for in the environment: certificates of authorities, no secrets.
    if (Array.isArray(value)) return value.map((one) => `${key}[]=${JSON.stringify(one)}`);
    if (typeof value === 'boolean') return `${key}=${value}`;
    values[`NPM_SETTING_${index}`] = String(value);
    return `${key}=\${NPM_SETTING_${index}}`;
  });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, '.npmrc'), lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  const homes = ['HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'XDG_CONFIG_HOME'];
  return {
    ...Object.fromEntries(homes.map((name) => [name, home])),
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_globalconfig: join(home, 'none'),
    ...values,
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function fileOf(source: string | null): string {
  return source === null || source === 'environment' ? 'the environment' : source;
}

function unusable(text: string, cause?: unknown): BadGateway {
  return new BadGateway('install_failed', `npm's configuration cannot be used: ${text}`, '', [], { cause });
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
