/**
 * `npm run migration:generate`: brings an empty database up to date and prints the SQL that would make it what
 * the entities say. `--check` fails when there is any.
 */
import { buildIfStale } from './build-if-stale.mjs';
import { installIfNeeded } from './install.mjs';
import { openTestPostgres } from './test-postgres.mjs';

await installIfNeeded();
await buildIfStale();
const { compareSchema } = await import('../dist/test/support/schema-difference.js');
const postgres = await openTestPostgres();
try {
  const statements = await compareSchema(postgres.url);
  for (const statement of statements) console.log(`${statement};`);
  if (process.argv.includes('--check') && statements.length > 0) process.exitCode = 1;
} finally {
  await postgres.close();
}
