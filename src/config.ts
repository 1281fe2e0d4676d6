import { resolve } from 'node:path';
import { type Setting, SETTINGS } from './config/settings.js';

export {
  guestEnvironment,
  npmSettingsEnvironment,
  packageManagerEnvironment,
} from './config/process-environments.js';
export { SETTINGS };

type Settings = typeof SETTINGS;
type Values = { readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never };

export interface Config extends Values {
  readonly production: boolean;
}

export class ConfigError extends Error {}

/** Looks at parsed settings. @throws ConfigError */
export type ConfigCheck = (settings: Values) => unknown;

/**
 * Reads the settings from `env`, and nothing else: every one is parsed and checked once, before anything else starts,
 * and the result is frozen. `.env.example` and the README's table are written from `SETTINGS`.
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
      return [name, parse(givenText(env, name) || fallback)] as const;
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`);
      // So that the checks below can go on and find what else is wrong.
      return [name, parse(fallback)] as const;
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

/**
 * Reads the settings for a program beside the server: what only a server must be given in production may be missing.
 * @throws ConfigError with one line per problem
 */
export function readToolConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const config = readConfig({ ...env, NODE_ENV: 'development' });
  return Object.freeze({ ...config, production: env.NODE_ENV?.trim() === 'production' });
}

/** The data folder, for what comes before the settings are read: not checked, and as it was given. */
export function givenDataDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.DATA_DIR?.trim() || SETTINGS.DATA_DIR.fallback;
}

/** Proxies are set in lower case by many, as other programs read them. */
function givenText(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const given = name.endsWith('_PROXY') ? env[name] || env[name.toLowerCase()] : env[name];
  return given?.trim();
}

/** Names of all variables that are set, those that are no settings too. */
export function variableNames(env: NodeJS.ProcessEnv = process.env): string[] {
  return Object.keys(env);
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
    [
      (values.SIGSTORE_MIRROR === '') !== (values.SIGSTORE_ROOT === ''),
      'SIGSTORE_MIRROR and SIGSTORE_ROOT need each other: a repository, and the root that it is known by',
    ],
    ...(['HTTP_PROXY', 'HTTPS_PROXY'] as const).map((name): [boolean, string] => [
      values[name] !== '' && !/^https?:\/\/[^/]/i.test(values[name]),
      `${name} must be an http or https URL, such as http://proxy.example:3128`,
    ]),
    ...(['REGISTRY_URL', 'PUBLIC_URL', 'SIGSTORE_MIRROR'] as const).map((name): [boolean, string] => [
      values[name] !== '' && !isWebAddress(values[name]),
      `${name} must be an http or https URL without a password`,
    ]),
    [
      !values.CORS_ORIGINS.every(isWebOrigin),
      'CORS_ORIGINS must be origins such as https://console.example: scheme and host in lower case, the port unless it is the usual one, no path, no star',
    ],
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

/** As browsers send it in the header `Origin`. */
function isWebOrigin(text: string): boolean {
  return isWebAddress(text) && new URL(text).origin === text;
}
