import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TestServer } from '../../test/support/server.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { type BenchDatabase, openBenchDatabase } from './database.js';
import { type Answer, HttpClient } from './http-client.js';

/** A server in a process of its own, with the client that a benchmark drives it with. */
export class BenchServer {
  private constructor(
    private readonly server: TestServer,
    readonly dataDir: string,
    readonly databaseUrl: string,
    readonly http: HttpClient,
  ) {}

  /**
   * Runs `work` against a server on a database and a data folder of its own, and takes all of it down again.
   * @param env settings of the server beside those that the benchmark needs
   * @param open opens another database than a fresh one
   */
  static async use(
    work: (server: BenchServer) => Promise<void>,
    env: Record<string, string> = {},
    open: () => Promise<BenchDatabase> = openBenchDatabase,
  ): Promise<void> {
    const database = await open();
    const folder = await temporaryFolder();
    let bench: BenchServer | null = null;
    try {
      bench = await BenchServer.start(folder.path, database.url, env);
      await work(bench);
    } finally {
      await bench?.stop();
      await database.close();
      await folder.remove();
    }
  }

  get pid(): number {
    return this.server.process.pid ?? 0;
  }

  get token(): string {
    return this.server.token;
  }

  get url(): string {
    return this.server.url;
  }

  /** Puts a plugin's file in the plugin folder. */
  async plugin(name: string, source: string): Promise<void> {
    await this.server.plugin(name, source);
  }

  /** Copies a plugin's file into the plugin folder; answers its name there. */
  async copyPlugin(file: string): Promise<string> {
    const folder = join(this.server.dataDir, 'custom');
    await mkdir(folder, { recursive: true });
    await copyFile(file, join(folder, basename(file)));
    return basename(file);
  }

  /** Creates a plugin over HTTP. @throws Error when the server refuses */
  async create(name: string, path: string, enabled: boolean): Promise<void> {
    await this.http.expect(201, 'POST', '/api/plugins', { name, path, enabled });
  }

  enable(name: string, enabled: boolean): Promise<Answer> {
    return this.http.expect(200, 'PUT', `/api/plugins/${name}`, { enabled });
  }

  /** Ends the server as a service manager would. */
  async stop(): Promise<void> {
    this.http.close();
    await this.server.end('SIGTERM');
  }

  /** Starts a server anew on the data folder and the database of this one, which must have been stopped. */
  again(): Promise<BenchServer> {
    return BenchServer.start(this.dataDir, this.databaseUrl);
  }

  private static async start(
    dataDir: string,
    databaseUrl: string,
    env: Record<string, string> = {},
  ): Promise<BenchServer> {
    // A server that limits its callers would be measured refusing them.
    const unlimited = { RATE_LIMIT_TOKEN: '0', RATE_LIMIT_ADDRESS: '0' };
    const server = await TestServer.start({ dataDir, databaseUrl, env: { ...unlimited, ...env } });
    return new BenchServer(server, dataDir, databaseUrl, new HttpClient(server.url, server.token));
  }
}
