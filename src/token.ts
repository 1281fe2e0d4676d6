import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.js';
import { secretFile } from './platform/data-folder/index.js';
import { ADMIN_TOKEN_SECONDS, openTokenKeys, signAdminToken } from './token-keys.js';

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
  const { JWT_SECRET, DATA_DIR } = config;
  if (!JWT_SECRET)
    await access(DATA_DIR).catch(() => {
      throw new Error(`There is no data folder ${DATA_DIR} yet: start the server first.`);
    });
  const folder = { secretFile: (name: string, bytes: number) => secretFile(DATA_DIR, name, bytes) };
  return signAdminToken(await openTokenKeys(config, folder), seconds);
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

function readSettings(): ReturnType<typeof readConfig> {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Error(`Run this with the settings of the server:\n${error.message}`, { cause: error });
  }
}
