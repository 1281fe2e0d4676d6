import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataFolder } from '../../data-folder/index.js';
import { postgresAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { dataDirectory, ensureCluster } from './cluster.js';
import { databaseUrl, ensureDatabase } from './database-url.js';
import { StartFailure } from './embedded-postgres.errors.js';
import { choosePort } from './port.js';
import { type LaunchPlan, type Postmaster, trimLog } from './postmaster.js';
import { adoptSurvivor, launchPatiently } from './start.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A database that ran for so long was healthy: its next restart does not wait. */
const HEALTHY_MS = 30_000;
const LOG_LIMIT = 4 * 2 ** 20;
const LOG_CHECK_MS = 60_000;
const PORT_ATTEMPTS = 5;

export interface EmbeddedPostgresOptions {
  /** An open data folder: its lock keeps a second server from the database. */
  readonly folder: DataFolder;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** Called each time the database ended by itself; it is being started again. */
  readonly onExit?: () => void;
  /** More server settings; they win over postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Keeps one Postgres running on one port and one set of files, from open to stop, whatever kills it. */
export class EmbeddedPostgres {
  private supervision: Promise<void> = Promise.resolve();
  private readonly logTimer: NodeJS.Timeout;
  private readonly stopped = new AbortController();

  private constructor(
    /** For the superuser, with the password, on database `plugboard`. Stays the same over restarts. */
    readonly url: string,
    private readonly plan: LaunchPlan,
    private readonly options: EmbeddedPostgresOptions,
    private current: Postmaster,
  ) {
    this.logTimer = setInterval(() => {
      trimLog(plan.logFile, LOG_LIMIT).catch((error: unknown) => options.log.warn(String(error)));
    }, LOG_CHECK_MS).unref();
  }

  /** @see openEmbeddedPostgres */
  static async open(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const { folder, settings = {} } = options;
    const directory = dataDirectory(folder.path);
    const [account, { initdb, postgres }, password] = await Promise.all([
      postgresAccount(directory),
      findBinaries(folder),
      folder.secretFile('postgres-password', 32),
    ]);
    await ensureCluster({ folder: folder.path, initdb, account, password });
    const logFile = join(folder.path, 'postgres.log');
    const plan = { program: postgres, directory, account, logFile, settings };
    const { postmaster, port } =
      (await adoptSurvivor(directory)) ?? (await launchOnSomePort(folder.path, plan));
    const url = databaseUrl(port, password);
    try {
      await ensureDatabase(url, directory);
    } catch (error) {
      await postmaster.stop();
      throw error;
    }
    const opened = new EmbeddedPostgres(url, { ...plan, port }, options, postmaster);
    opened.supervision = opened.supervise();
    return opened;
  }

  /** Shuts the database down and leaves it so. */
  async stop(): Promise<void> {
    this.stopped.abort();
    clearInterval(this.logTimer);
    await this.current.stop();
    await this.supervision;
  }

  private async supervise(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      const since = Date.now();
      await this.current.gone;
      if (this.stopRequested()) return;
      this.options.log.warn('The embedded Postgres ended by itself; starting it again');
      this.options.onExit?.();
      if (Date.now() - since > HEALTHY_MS) pause = FIRST_PAUSE_MS;
      pause = await this.restart(pause);
    }
  }

  /** @returns the pause before the next attempt, should there be one, in ms */
  private async restart(pause: number): Promise<number> {
    for (let wait = pause; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      await delay(wait, undefined, { signal: this.stopped.signal, ref: false }).catch(() => undefined);
      if (this.stopRequested()) return wait;
      try {
        this.current = await launchPatiently(this.plan, (postmaster) => this.hold(postmaster));
        this.options.log.info('The embedded Postgres runs again');
        return Math.min(wait * 2, LONGEST_PAUSE_MS);
      } catch (error) {
        if (!this.stopRequested()) this.options.log.warn((error as Error).message);
      }
    }
  }

  private stopRequested(): boolean {
    return this.stopped.signal.aborted;
  }

  private hold(postmaster: Postmaster): void {
    this.current = postmaster;
    if (this.stopRequested()) void postmaster.stop();
  }
}

async function launchOnSomePort(
  folder: string,
  plan: Omit<LaunchPlan, 'port'>,
): Promise<{ postmaster: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt++) {
    try {
      const port = await choosePort(folder);
      return { postmaster: await launchPatiently({ ...plan, port }), port };
    } catch (error) {
      // Somebody took the port between the check and the start.
      if (!(error instanceof StartFailure && error.portTaken) || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

/**
 * Opens the embedded Postgres of a data folder: makes its files the first time, takes over one that outlived its
 * server, else starts one, and keeps it running until `stop()`. It listens on loopback only and asks for a
 * password, because plugins run on the same machine.
 * @throws EmbeddedPostgresError when it cannot run
 */
export function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.open(options);
}
