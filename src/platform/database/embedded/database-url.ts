import pg from 'pg';
import { SUPERUSER } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';
import { LOOPBACK } from './port.js';

const DATABASE = 'plugboard';
/** SQLSTATE codes, Postgres' appendix A. */
const NO_SUCH_DATABASE = '3D000';
const WRONG_PASSWORD = '28P01';

export function databaseUrl(port: number, password: string): string {
  return `postgres://${SUPERUSER}:${password}@${LOOPBACK}:${port}/${DATABASE}`;
}

/**
 * Checks that the server behind `url` is the one on `directory` and knows our password; makes the database when
 * it is missing. Scram proves both sides: a stranger on the port does not learn the password.
 * @throws EmbeddedPostgresError when the server is another one or refuses the password
 */
export async function ensureDatabase(url: string, directory: string): Promise<void> {
  try {
    const served = await queryOnce(url, `SELECT current_setting('data_directory') AS answer`);
    if (served !== directory)
      throw new EmbeddedPostgresError(`The Postgres on our port serves ${served}, not ${directory}.`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (error.code === WRONG_PASSWORD) throw wrongPassword(directory, error);
    if (error.code !== NO_SUCH_DATABASE) throw error;
    await queryOnce(url.replace(/\/[^/]*$/, '/postgres'), `CREATE DATABASE ${DATABASE}`);
  }
}

function wrongPassword(directory: string, cause: Error): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The database in ${directory} has another password than the file secrets/postgres-password beside it. ` +
      'Restore that file together with the database.',
    { cause },
  );
}

async function queryOnce(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A connection that breaks after the answer must not end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ answer?: string }>(sql);
    return rows[0]?.answer ?? '';
  } finally {
    await client.end();
  }
}
