import { readFile, stat } from 'node:fs/promises';
import { isRoot } from '../../data-folder/index.js';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

/** The user a program runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Preferred first. Postgres wants a user that has a name, so a number of our own choice does not do. */
const CANDIDATES = ['postgres', 'nobody'];

/**
 * The user Postgres runs as, since it refuses root: the owner of the database files when there are some.
 * @returns undefined when we are not root: then it runs as we do
 */
export async function postgresAccount(dataDirectory: string): Promise<Account | undefined> {
  if (!isRoot()) return undefined;
  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const candidate of CANDIDATES) {
    const [, , uid, gid] = users.find(([name]) => name === candidate) ?? [];
    if (Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedPostgresError(
    'Postgres does not run as root, and this system has neither a user "postgres" nor "nobody" to run it as. ' +
      'Start the server as an ordinary user, or set DATABASE_URL.',
  );
}
