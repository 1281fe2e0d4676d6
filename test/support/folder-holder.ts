/**
 * A program that opens the data folder in its first argument, and with "postgres" as second the database too.
 * Prints one line, the database's address or "open" or "refused: <why>", and stops when its input ends.
 */
import { once } from 'node:events';
import { DataFolderError, openDataFolder } from '../../src/platform/data-folder/index.js';
import { openEmbeddedPostgres } from '../../src/platform/database/embedded/index.js';

const [dir = '', what = ''] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const log = { info: () => undefined, warn: (message: string) => process.stderr.write(`${message}\n`) };
try {
  const folder = await openDataFolder(dir);
  const postgres = what === 'postgres' ? await openEmbeddedPostgres({ folder, log }) : undefined;
  say(postgres?.url ?? 'open');
  await once(process.stdin.resume(), 'end');
  await postgres?.stop();
  await folder.release();
} catch (error) {
  if (!(error instanceof DataFolderError)) throw error;
  say(`refused: ${error.message}`);
}
