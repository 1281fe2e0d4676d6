import { resolve } from 'node:path';
import { parseRegistrySources } from './config/registry-sources.js';

/**
 * The only reader of the environment. Every setting is parsed and checked once, before anything else starts;
 * the result is frozen. `.env.example` and the README's table are written from `SETTINGS`.
 */
interface Setting<T> {
  readonly doc: string;
  readonly fallback: string;
  readonly parse: (text: string) => T;
}

const setting = <T>(doc: string, fallback: string, parse: (text: string) => T): Setting<T> => ({
  doc,
  fallback,
  parse,
});
const text = (doc: string, fallback = ''): Setting<string> => setting(doc, fallback, (t) => t);
const list = (doc: string, fallback = ''): Setting<string[]> => setting(doc, fallback, splitList);
const integer = (doc: string, fallback: number, min: number, max: number): Setting<number> =>
  setting(doc, String(fallback), (t) => {
    const value = Number(t);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new Error(`must be a whole number from ${min} to ${max}, not "${t}"`);
    return value;
  });
const flag = (doc: string, fallback: boolean): Setting<boolean> =>
  setting(doc, String(fallback), (t) => {
    if (t !== 'true' && t !== 'false') throw new Error(`must be true or false, not "${t}"`);
    return t === 'true';
  });
const choice = <T extends string>(doc: string, fallback: T, options: readonly T[]): Setting<T> =>
  setting(doc, fallback, (t) => {
    const found = options.find((option) => option === t);
    if (!found) throw new Error(`must be one of ${options.join(', ')}, not "${t}"`);
    return found;
  });

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export const SETTINGS = {
  PORT: integer('TCP port to listen on; 0 takes a free one.', 8080, 0, 65_535),
  HOST: text('Address to listen on.', '127.0.0.1'),
  DATA_DIR: text('Folder for the embedded database, secrets, plugin files and downloads.', '.data'),
  NODE_NAME: text('Name of this server where nodes are listed. Empty: the name of its host.'),
  DATABASE_URL: text('Postgres 15 or newer, as a URL. Empty: an embedded Postgres 18 in DATA_DIR.'),
  DATABASE_POOL: integer('Connections to Postgres that this process may open.', 10, 2, 200),
  DATABASE_TIMEOUT: integer(
    'Longest wait for one answer of Postgres, in milliseconds.',
    10_000,
    100,
    600_000,
  ),
  JWT_SECRET: text('Secret of HS256 tokens, 32 characters or more. Empty: made once and kept in DATA_DIR.'),
  JWT_JWKS_URL: text('Address of a JWKS; tokens are then checked with its keys instead of JWT_SECRET.'),
  JWT_ALGORITHM: choice('Algorithm of the tokens when JWT_JWKS_URL is set.', 'RS256', [
    'RS256',
    'ES256',
    'EdDSA',
  ] as const),
  JWT_ISSUER: text('Issuer that tokens must name. Required with JWT_JWKS_URL.'),
  JWT_AUDIENCE: text('Audience that tokens must name. Required with JWT_JWKS_URL.'),
  SECRETS_KEY: list(
    'Keys for plugin secrets, 32 bytes each as base64 or hex, comma-separated: the first encrypts, all decrypt. Empty: made once and kept in DATA_DIR.',
  ),
  PLUGIN_ROOTS: list('Folders that path plugins may live in, comma-separated. Empty: DATA_DIR/custom.'),
  OUTBOUND_ALLOW: list(
    'Hosts, addresses and CIDRs that downloads may reach although they are private, comma-separated.',
  ),
  OUTBOUND_MAX_BYTES: integer('Largest download, in bytes.', 100 * 2 ** 20, 1, 2 ** 40),
  OUTBOUND_TIMEOUT: integer('Longest download, in milliseconds.', 60_000, 100, 3_600_000),
  GUEST_HEAP_MB: integer('JavaScript heap of one plugin process, in MiB.', 64, 16, 65_536),
  GUEST_MEMORY_MB: integer('All memory one plugin process may allocate, in MiB.', 512, 128, 65_536),
  GUEST_START_TIMEOUT: integer('Longest start of a plugin, in milliseconds.', 15_000, 100, 600_000),
  GUEST_CALL_TIMEOUT: integer('Longest single call into a plugin, in milliseconds.', 10_000, 10, 600_000),
  GUEST_STOP_TIMEOUT: integer(
    'Time a plugin gets to stop before it is killed, in milliseconds.',
    3_000,
    10,
    60_000,
  ),
  JOB_CONCURRENCY: integer('Jobs, such as installations, that this process runs at the same time.', 2, 1, 64),
  PLUGIN_KEEP_VERSIONS: integer(
    'Versions of an installed package that are kept, the one in use included.',
    3,
    1,
    100,
  ),
  NPM_REGISTRY: text(
    "Address of the npm registry. Empty: the one that npm's own configuration (.npmrc) names.",
  ),
  INSTALL_TIMEOUT: integer(
    'Longest fetch and build of a package, in milliseconds.',
    300_000,
    1_000,
    3_600_000,
  ),
  POLICY_MIN_RELEASE_AGE: integer(
    'Minutes a package version, and each dependency, must have been published before it is installed.',
    0,
    0,
    5_256_000,
  ),
  POLICY_ALLOW: list(
    'Package names that may be installed, `*` for any characters, comma-separated. Empty: all.',
  ),
  POLICY_DENY: list('Package names that may not be installed, nor as dependencies, comma-separated.'),
  POLICY_REQUIRE_SIGNATURE: flag(
    'Install only packages whose registry signature is verified, and those of their dependencies.',
    false,
  ),
  POLICY_REQUIRE_PROVENANCE: flag('Install only packages whose provenance is verified.', false),
  POLICY_MAX_UNPACKED_MB: integer(
    'Most a package may take with its dependencies when unpacked, in MiB.',
    1024,
    1,
    1_048_576,
  ),
  POLICY_MAX_FILES: integer('Most files a package may have with its dependencies.', 100_000, 1, 10_000_000),
  POLICY_LICENSES: list('Licences (SPDX identifiers) that packages may have, comma-separated. Empty: any.'),
  REGISTRY_SOURCES: setting(
    'Catalogues of plugins, a JSON list of `{"kind":"eliza|npm|mcp|plugboard","url":"…","label":"…","priority":100}`. With `file` instead of `url` for eliza, `keyword` for npm, `token` where one is asked for; the smaller priority wins.',
    '[]',
    parseRegistrySources,
  ),
  REGISTRY_REFRESH_INTERVAL: integer(
    'Time between two refreshes of the catalogue, in milliseconds.',
    21_600_000,
    60_000,
    604_800_000,
  ),
  REGISTRY_TIMEOUT: integer('Longest reading of one catalogue, in milliseconds.', 600_000, 100, 3_600_000),
  REGISTRY_MAX_ENTRIES: integer('Most plugins that one catalogue may name.', 2_000_000, 1, 10_000_000),
  CORE_PLUGINS_FILE: text(
    'JSON file with the core plugins, `[{"name","npmName","required"}]`. Empty: the built-in list.',
  ),
  CORE_AUTO_INSTALL: flag('Install required core plugins that are missing when the server starts.', false),
  RATE_LIMIT_TOKEN: integer(
    'Requests a minute of one token (all tokens of one subject or virtual key together), on all servers; 0: any number.',
    60_000,
    0,
    1_000_000_000,
  ),
  RATE_LIMIT_ADDRESS: integer(
    'Requests a minute from one address (a /64 of IPv6), on all servers; 0: any number.',
    120_000,
    0,
    1_000_000_000,
  ),
  RATE_LIMIT_FAILURES: integer(
    'Tokens a minute that one address may show that are none, on all servers; 0: any number.',
    600,
    0,
    1_000_000_000,
  ),
  TRUSTED_PROXIES: list(
    'Addresses and CIDRs of proxies before the server, whose X-Forwarded-For names the client, comma-separated.',
  ),
  MAX_CONNECTIONS: integer('Connections that this process keeps open.', 10_000, 10, 1_000_000),
  HEADERS_TIMEOUT: integer(
    'Time a client has for the headers of a request, in milliseconds.',
    10_000,
    100,
    600_000,
  ),
  REQUEST_TIMEOUT: integer('Time a client has for a whole request, in milliseconds.', 60_000, 100, 3_600_000),
  STALL_TIMEOUT: integer(
    'Longest time a client may take nothing of an answer before it is cut off, in milliseconds.',
    30_000,
    100,
    600_000,
  ),
  OVERLOAD_REQUESTS: integer(
    'Requests that this process works on at the same time; more are answered 503.',
    1_000,
    1,
    1_000_000,
  ),
  OVERLOAD_DELAY: integer(
    'Longest turn of the event loop, in milliseconds, after which the requests still in it are answered 503.',
    250,
    10,
    60_000,
  ),
  REGISTRY_URL: text(
    'Address of the registry that this server reports to: another Plugboard. It may be private.',
  ),
  REGISTRY_TOKEN: text('Token for REGISTRY_URL: a virtual key made there, with registry:write.'),
  REGISTRY_AUTO_REGISTER: flag('Register at REGISTRY_URL when the server starts.', false),
  REGISTRY_SYNC_INTERVAL: integer(
    'Time between two heartbeats to REGISTRY_URL, in milliseconds.',
    300_000,
    1_000,
    86_400_000,
  ),
  PUBLIC_URL: text('Address that others reach this server at, told to REGISTRY_URL.'),
  AGENT_NAME: text('Name that this server, with all its replicas, registers under.', 'plugboard'),
  LOG_LEVEL: choice('Least severe log line to print.', 'info', [
    'trace',
    'debug',
    'info',
    'warn',
    'error',
    'fatal',
  ] as const),
  NODE_ENV: text('"production" refuses to make secrets up: give JWT_SECRET and SECRETS_KEY.'),
} as const;

type Settings = typeof SETTINGS;
type Values = { readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never };

export interface Config extends Values {
  readonly production: boolean;
}

export class ConfigError extends Error {}

/** Looks at parsed settings. @throws ConfigError */
export type ConfigCheck = (settings: Values) => unknown;

/**
 * Reads the settings from `env` (and nothing else).
 * @param checks more checks to make
 * @throws ConfigError with one line per problem
 */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  checks: readonly ConfigCheck[] = [],
): Config {
  const problems: string[] = [];
  const entries = Object.entries(SETTINGS).map(([name, { parse, fallback }]) => {
    try {
      return [name, parse(env[name]?.trim() || fallback)] as const;
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`);
      return [name, undefined] as const;
    }
  });
  const values = Object.fromEntries(entries) as Values;
  problems.push(...contradictions(values));
  for (const check of checks) {
    try {
      check(values);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const production = values.NODE_ENV === 'production';
  return Object.freeze({ ...values, DATA_DIR: resolve(values.DATA_DIR), production });
}

/** What is wrong with settings that are right one by one. */
function contradictions(values: Values): string[] {
  const { DATABASE_URL, JWT_SECRET, JWT_JWKS_URL, JWT_ISSUER, JWT_AUDIENCE, SECRETS_KEY } = values;
  const production = values.NODE_ENV === 'production';
  const problems: [wrong: boolean, message: string][] = [
    [JWT_SECRET !== '' && JWT_SECRET.length < 32, 'JWT_SECRET must have 32 characters or more'],
    [
      JWT_JWKS_URL !== '' && !isWebAddress(JWT_JWKS_URL),
      'JWT_JWKS_URL must be an http or https URL without a password',
    ],
    [
      JWT_JWKS_URL !== '' && !(JWT_ISSUER && JWT_AUDIENCE),
      'JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE beside it',
    ],
    [
      DATABASE_URL !== '' && !(/^postgres(ql)?:\/\//.test(DATABASE_URL) && URL.canParse(DATABASE_URL)),
      'DATABASE_URL must be postgres://user:password@host:port/database, special characters percent-encoded',
    ],
    [
      values.NPM_REGISTRY !== '' && !isWebAddress(values.NPM_REGISTRY),
      'NPM_REGISTRY must be an http or https URL without a password: give tokens in .npmrc',
    ],
    ...(['REGISTRY_URL', 'PUBLIC_URL'] as const).map((name): [boolean, string] => [
      values[name] !== '' && !isWebAddress(values[name]),
      `${name} must be an http or https URL without a password`,
    ]),
    [
      /[^!-~]/.test(values.REGISTRY_TOKEN),
      'REGISTRY_TOKEN must be printable characters without spaces, as tokens are',
    ],
    [
      !/^[^\p{Cc}\p{Cs}]{1,200}$/u.test(values.AGENT_NAME),
      'AGENT_NAME must have 1 to 200 printable characters',
    ],
    [
      production && JWT_SECRET === '',
      'JWT_SECRET is needed with NODE_ENV=production, 32 characters or more, the same on every server',
    ],
    [
      production && SECRETS_KEY.length === 0,
      'SECRETS_KEY is needed with NODE_ENV=production, 32 bytes as base64 or hex, the same on every server',
    ],
  ];
  return problems.flatMap(([wrong, message]) => (wrong ? [message] : []));
}

function isWebAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '';
}

/** What a plugin's process may know of our environment: language, time zone, certificates, proxies. */
const GUEST_VARIABLES = [
  'LANG',
  'LC_ALL',
  'TZ',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  // Windows starts no process without it.
  'SystemRoot',
];

/**
 * The environment of plugin processes: an allow-list of `env` and a plain PATH, never anything else of ours.
 */
export function guestEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const passed = GUEST_VARIABLES.flatMap((name): [string, string][] => {
    const value = env[name];
    return value ? [[name, value]] : [];
  });
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(passed) };
}

/** What the package manager may know of our environment besides: where the user's npm settings lie. */
const PACKAGE_MANAGER_VARIABLES = [
  'HOME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'XDG_CONFIG_HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
];
const NPM_SETTINGS =
  /^npm_config_(@.+:registry|registry|userconfig|globalconfig|(https[_-])?proxy|no_?proxy|cafile|ca|strict[_-]ssl)$/i;

/**
 * The environment of the package manager: what plugins get, and where npm's settings lie.
 * @param named variables that the user's npmrc refers to (`${NPM_TOKEN}`)
 */
export function packageManagerEnvironment(
  named: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const settings = Object.keys(env).filter((name) => NPM_SETTINGS.test(name));
  const passed = [...PACKAGE_MANAGER_VARIABLES, ...settings, ...named].flatMap((name): [string, string][] => {
    const value = env[name];
    return value ? [[name, value]] : [];
  });
  return { ...guestEnvironment(env), ...Object.fromEntries(passed) };
}
