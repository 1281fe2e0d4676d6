/** `npm run --silent token`: prints an admin JWT for the server that uses this JWT_SECRET or this data folder. */
import { access } from 'node:fs/promises';
import { buildIfStale } from './build-if-stale.mjs';
import { installIfNeeded } from './install.mjs';

installIfNeeded();
await buildIfStale();
const { readConfig } = await import('../dist/src/config.js');
const { secretFile } = await import('../dist/src/platform/data-folder/index.js');
const { openTokenKeys, signAdminToken } = await import('../dist/src/token-keys.js');

const config = readConfig();
if (config.JWT_JWKS_URL) fail('Admin tokens come from your identity provider (JWT_JWKS_URL is set).');
if (!config.JWT_SECRET)
  await access(config.DATA_DIR).catch(() =>
    fail(`There is no data folder ${config.DATA_DIR} yet: start the server first.`),
  );
const keys = await openTokenKeys(config, {
  secretFile: (name, bytes) => secretFile(config.DATA_DIR, name, bytes),
});
console.log(await signAdminToken(keys));

function fail(message) {
  console.error(message);
  process.exit(1);
}
