/** Settings in a file: `.env` beside package.json, for `npm start` and `npm run token`. Uses nothing but Node. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Sets the variables of `.env` that the environment does not have. Ends the process with the cause when there is a
 * file that cannot be read.
 */
export function loadEnvFile(folder = root) {
  const path = join(folder, '.env');
  if (!existsSync(path)) return;
  try {
    process.loadEnvFile(path);
  } catch (error) {
    console.error(`${path} cannot be read: ${error.message}`);
    process.exit(1);
  }
}
