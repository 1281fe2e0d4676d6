import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from './database.js';
import { type Client, client } from './http.js';
import { patient } from './patience.js';
import { temporaryFolder } from './temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../../server/main.mjs', import.meta.url));
const LIFELINE = new URL('./lifeline.js', import.meta.url).href;
const START_LIMIT_MS = 30_000;

export interface ServerOptions {
  /** Settings beside PORT, DATA_DIR and DATABASE_URL; they win over those. */
  env?: Record<string, string>;
  /** A data folder to go on with; otherwise a new one, removed at the end. */
  dataDir?: string;
  /** A database to go on with; otherwise a new one, dropped at the end. */
  databaseUrl?: string;
  /** Operating system's user to run as. */
  uid?: number;
}

/** A real server in a process of its own, on a data folder and a database of its own. */
export class TestServer {
  private output = '';
  private readonly cleanups: (() => Promise<void>)[] = [];
  url = '';
  token = '';
  dataDir = '';

  private constructor(readonly process: ChildProcess) {}

  /** Starts a server and waits until it says that it is up; fails with its output when it ends instead. */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const cleanups: (() => Promise<void>)[] = [];
    let { dataDir, databaseUrl } = options;
    if (dataDir === undefined) {
      const folder = await temporaryFolder();
      dataDir = folder.path;
      cleanups.push(() => folder.remove());
    }
    if (databaseUrl === undefined && options.env?.DATABASE_URL === undefined) {
      const database = await createTestDatabase();
      databaseUrl = database.url;
      cleanups.push(() => database.drop());
    }
    const server = new TestServer(launch({ ...options, dataDir, databaseUrl: databaseUrl ?? '' }));
    server.cleanups.push(...cleanups.reverse());
    try {
      await server.ready();
    } catch (error) {
      await server.kill();
      throw error;
    }
    return server;
  }

  /** A client that carries the admin token (or another) and checks every answer against openapi.yaml. */
  client(token: string = this.token): Client {
    return client(this.url, token);
  }

  /** Everything the server has printed. */
  get printed(): string {
    return this.output;
  }

  /** Puts a file into the server's plugin folder and answers its path there. */
  async plugin(name: string, source: string): Promise<string> {
    const path = join(this.dataDir, 'custom', name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, source);
    return path;
  }

  /** Asks the server to stop, as a service manager would; answers its exit code. */
  async stop(): Promise<number | null> {
    const code = await this.end('SIGTERM');
    await this.cleanUp();
    return code;
  }

  private async kill(): Promise<void> {
    await this.end('SIGKILL');
    await this.cleanUp();
  }

  private async cleanUp(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0)) await cleanup();
  }

  /** Ends only the process; its data folder and database stay for the next one. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = once(this.process, 'exit');
      this.process.kill(signal);
      await exited;
    }
    return this.process.exitCode;
  }

  private async ready(): Promise<void> {
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    this.process.stdout?.on('data', collect);
    this.process.stderr?.on('data', collect);
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(new Error(`the server did not start:\n${this.output}`));
      const timer = setTimeout(fail, patient(START_LIMIT_MS));
      this.process.once('exit', fail);
      this.process.stdout?.on('data', () => {
        if (!/Admin token/.test(this.output) || !this.output.endsWith('\n')) return;
        clearTimeout(timer);
        this.process.off('exit', fail);
        resolve();
      });
    });
    this.url = /Explorer\s+(\S+)\/docs/.exec(this.output)?.[1] ?? '';
    this.token = /Admin token\s+(\S+)/.exec(this.output)?.[1] ?? '';
    this.dataDir = /Data folder\s+(\S+)/.exec(this.output)?.[1] ?? '';
  }
}

function launch({ env, dataDir, databaseUrl, uid }: ServerOptions): ChildProcess {
  return spawn(process.execPath, ['--trace-deprecation', '--import', LIFELINE, PROGRAM], {
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      DATA_DIR: dataDir ?? '',
      DATABASE_URL: databaseUrl ?? '',
      // Specs count processes; those about spares ask for them.
      GUEST_SPARES: '0',
      // Specs of the catalogue say what is in it.
      REGISTRY_SOURCES: '[]',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
}
