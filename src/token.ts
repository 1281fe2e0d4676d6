import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Config, ConfigError, readToolConfig } from './config.js';
import { secretFile } from './platform/data-folder/index.js';
import {
  ADMIN_CLAIMS,
  ADMIN_TOKEN_SECONDS,
  importSecret,
  JWT_SECRET_BYTES,
  JWT_SECRET_FILE,
  signOwnToken,
} from './platform/own-tokens.js';

const USAGE =
  'Prints an admin JWT for the server that has this JWT_SECRET or this data folder: npm run --silent token -- --days 30';
const DAY_S = 24 * 3600;
const MAX_DAYS = 365;

try {
  process.stdout.write(`${await adminToken()}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function adminToken(): Promise<string> {
  const seconds = secondsOf(process.argv.slice(2));
  const config = readSettings();
  if (config.JWT_JWKS_URL)
    throw new Error('Admin tokens come from your identity provider (JWT_JWKS_URL is set).');
  const secret = config.JWT_SECRET || (await storedSecret(config));
  return signOwnToken(importSecret(secret), ADMIN_CLAIMS, seconds);
}

/** Reads the secret that a server without JWT_SECRET has made. */
async function storedSecret({ production, DATA_DIR: dataDir }: Config): Promise<string> {
  if (production)
    throw new Error(
      'With NODE_ENV=production admin tokens are signed with JWT_SECRET: set it to that of the server, as in JWT_SECRET=… npm run --silent token',
    );
  await access(dataDir).catch(() => {
    throw new Error(`There is no data folder ${dataDir} yet: start the server first.`);
  });
  return secretFile(dataDir, JWT_SECRET_FILE, JWT_SECRET_BYTES);
}

/** Life of the token: `--days`, or what the server's own has. */
function secondsOf(args: string[]): number {
  let days: string | undefined;
  try {
    ({ days } = parseArgs({ args, options: { days: { type: 'string' } } }).values);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
  if (days === undefined) return ADMIN_TOKEN_SECONDS;
  const count = Number(days);
  if (!Number.isInteger(count) || count < 1 || count > MAX_DAYS)
    throw new Error(`--days must be a whole number from 1 to ${MAX_DAYS}, not "${days}".\n${USAGE}`);
  return count * DAY_S;
}

function readSettings(): Config {
  try {
    return readToolConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Error(`Run this with the settings of the server:\n${error.message}`, { cause: error });
  }
}
