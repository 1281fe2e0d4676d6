import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../data-folder/index.js';
import type { Account } from './account.js';
import { StartFailure } from './embedded-postgres.errors.js';
import { LOOPBACK } from './port.js';
import { isPostmasterOf, readPostmasterFile } from './postmaster-pid.js';

const POLL_MS = 10;
const ADOPTED_POLL_MS = 100;
/** Fast shutdown, immediate shutdown, then without asking; and how long each gets. */
const STOP_STEPS = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const;

export interface LaunchPlan {
  readonly program: string;
  /** The database files, a real path. */
  readonly directory: string;
  readonly port: number;
  readonly account: Account | undefined;
  /** File that Postgres prints to: a pipe would break when we are killed and it lives on. */
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** One running postmaster, started by us or by a server before us; `gone` settles when it has ended. */
export class Postmaster {
  private constructor(
    readonly pid: number,
    readonly gone: Promise<void>,
    private readonly directory: string,
  ) {}

  /** Takes over a postmaster that another process started. */
  static adopt(pid: number, directory: string): Postmaster {
    const gone = (async (): Promise<void> => {
      while (await isPostmasterOf(directory, pid)) await delay(ADOPTED_POLL_MS, undefined, { ref: false });
    })();
    return new Postmaster(pid, gone, directory);
  }

  /**
   * Starts a postmaster in a session of its own, so that Ctrl-C reaches only us and it outlives a kill.
   * @param started hears of the process before it answers, so that it can be stopped meanwhile
   * @returns when it accepts connections, however long its recovery takes
   * @throws StartFailure when it ends before
   */
  static async launch(plan: LaunchPlan, started: (postmaster: Postmaster) => void): Promise<Postmaster> {
    const log = await open(plan.logFile, 'a', 0o600);
    try {
      const { size } = await log.stat();
      const child = spawnPostgres(plan, log.fd);
      const gone = new Promise<void>((done) => child.once('exit', () => done()).once('error', () => done()));
      const postmaster = new Postmaster(child.pid ?? 0, gone, plan.directory);
      started(postmaster);
      if (await postmaster.becomesReady()) return postmaster;
      throw new StartFailure((await readFile(plan.logFile)).subarray(size).toString());
    } finally {
      await log.close();
    }
  }

  /** Shuts it down, harder when that takes too long. */
  async stop(): Promise<void> {
    for (const [signal, limit] of STOP_STEPS) {
      if (await this.signal(signal, limit)) return;
    }
  }

  /** @returns true when it is gone within `limit` ms */
  private async signal(signal: NodeJS.Signals, limit: number): Promise<boolean> {
    const patience = new AbortController();
    const timeout = delay(limit, false, { signal: patience.signal }).catch(() => false);
    if (await isPostmasterOf(this.directory, this.pid)) send(this.pid, signal);
    const ended = await Promise.race([this.gone.then(() => true), timeout]);
    patience.abort();
    return ended;
  }

  private async becomesReady(): Promise<boolean> {
    const ended = this.gone.then(() => true);
    for (;;) {
      if (await Promise.race([ended, delay(POLL_MS, false)])) return false;
      const file = await readPostmasterFile(this.directory);
      if (file?.pid === this.pid && file.status === 'ready') return true;
    }
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

function spawnPostgres(plan: LaunchPlan, output: number): ChildProcess {
  // On the command line, so that no edit of a configuration file can open the database to the network.
  const settings = { ...plan.settings, listen_addresses: LOOPBACK, unix_socket_directories: '' };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(plan.program, ['-D', plan.directory, '-p', String(plan.port), ...options], {
    ...plan.account,
    cwd: plan.directory,
    env: { LC_ALL: 'C' },
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  return child;
}

/** Empties the log when it has grown past `limit` bytes; Postgres appends, so it just goes on. */
export async function trimLog(logFile: string, limit: number): Promise<void> {
  const { size } = await stat(logFile);
  if (size <= limit) return;
  const log = await open(logFile, 'r+');
  await log.truncate(0).finally(() => log.close());
}
