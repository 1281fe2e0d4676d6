/**
 * `npm run --silent token`: prints an admin JWT for the server that uses this JWT_SECRET or this data folder, good for
 * 12 hours; `npm run --silent token -- --days 30` for one that lasts longer.
 */
import { buildIfStale } from './build-if-stale.mjs';
import { loadEnvFile } from './env-file.mjs';
import { installIfNeeded } from './install.mjs';

loadEnvFile();
await installIfNeeded();
await buildIfStale();
await import('../dist/server/token.mjs');
