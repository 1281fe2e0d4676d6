import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type DataFolder, openDataFolder } from '../../src/platform/data-folder/index.js';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../src/platform/database/embedded/index.js';

/** An embedded Postgres in this process, with its folder, and promises for what happens to it. */
export interface Opened {
  readonly folder: DataFolder;
  readonly postgres: EmbeddedPostgres;
  /** Settles when the database was started again after it had ended by itself. */
  readonly restarted: Promise<void>;
  close(): Promise<void>;
}

export async function openPostgres(dir: string): Promise<Opened> {
  const folder = await openDataFolder(dir);
  let heard: () => void = () => undefined;
  const restarted = new Promise<void>((resolve) => (heard = resolve));
  const log = { info: () => heard(), warn: () => undefined };
  try {
    const postgres = await openEmbeddedPostgres({ folder, log });
    const close = async (): Promise<void> => {
      await postgres.stop();
      await folder.release();
    };
    return { folder, postgres, restarted, close };
  } catch (error) {
    await folder.release();
    throw error;
  }
}

/** First column of the first row, as text. */
export async function ask(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return String(rows[0]?.[0] ?? '');
  } finally {
    await client.end();
  }
}

export async function postmasterPid(dir: string): Promise<number> {
  return parseInt(await readFile(join(dir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}
