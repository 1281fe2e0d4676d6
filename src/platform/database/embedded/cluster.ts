import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { codeOf, syncFolder } from '../../data-folder/index.js';
import type { Account } from './account.js';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

export const SUPERUSER = 'postgres';
const MAJOR = '18';
const DRAFT = 'postgres-init-';

/** Written to postgresql.conf, where an operator may change them. */
const SETTINGS = {
  shared_buffers: '32MB',
  max_connections: '100',
  max_wal_size: '256MB',
  // Reads happen in the backend itself: three resident worker processes fewer.
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements carry users' data, which does not belong in a log.
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

export interface ClusterPlan {
  /** The data folder's real path. */
  readonly folder: string;
  readonly initdb: string;
  readonly account: Account | undefined;
  readonly password: string;
}

/** Where the database files are. */
export const dataDirectory = (folder: string): string => join(folder, 'postgres');

/**
 * Makes the database files once. They are built in a folder beside and renamed when complete, so one that was
 * interrupted leaves only a draft, which the next start removes.
 * @throws EmbeddedPostgresError when initdb fails or the files are of another Postgres
 */
export async function ensureCluster(plan: ClusterPlan): Promise<void> {
  await removeDrafts(plan.folder);
  if (!(await isCluster(dataDirectory(plan.folder)))) await makeCluster(plan);
}

async function removeDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(DRAFT));
  // An initdb that outlived its server may still write there until it notices.
  const options = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };
  await Promise.all(drafts.map((draft) => rm(join(folder, draft), options)));
}

async function isCluster(directory: string): Promise<boolean> {
  try {
    const version = (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
    if (version === MAJOR) return true;
    throw new EmbeddedPostgresError(
      `${directory} was made by Postgres ${version}, this server brings ${MAJOR}. Export it with the older release first.`,
    );
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function makeCluster({ folder, initdb, account, password }: ClusterPlan): Promise<void> {
  const draft = join(folder, `${DRAFT}${randomBytes(6).toString('hex')}`);
  const passwordFile = join(draft, 'password');
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account) {
      await chown(passwordFile, account.uid, account.gid);
      await chown(draft, account.uid, account.gid);
    }
    await run(initdb, initArguments(join(draft, 'data'), passwordFile), { cwd: draft, ...account });
    await putInPlace(join(draft, 'data'), dataDirectory(folder));
    await syncFolder(folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function initArguments(directory: string, passwordFile: string): string[] {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [
    ...['-D', directory, '-U', SUPERUSER, `--pwfile=${passwordFile}`],
    ...['--auth-host=scram-sha-256', '--auth-local=scram-sha-256', '--data-checksums'],
    // Postgres' own locale: the same order and case rules everywhere, whatever the system has installed.
    ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...['-T', 'english', '--no-instructions', ...settings],
  ];
}

async function putInPlace(from: string, to: string): Promise<void> {
  try {
    // An empty folder there (a mount point kept for later, a failed copy) may be replaced, nothing else.
    await rmdir(to).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    await rename(from, to);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `${to} is in the way: it is not empty and holds no Postgres database. Move it away or restore it.`,
      { cause: error },
    );
  }
}

async function run(
  program: string,
  args: string[],
  where: { cwd: string } & Partial<Account>,
): Promise<void> {
  // The empty environment keeps PG* variables and the user's language out.
  const child = spawn(program, args, { ...where, env: { LC_ALL: 'C' }, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  const [complaint, code] = await Promise.all([text(child.stderr), ended]);
  if (code !== 0) throw new EmbeddedPostgresError(`initdb failed:\n${complaint.trim()}`);
}
