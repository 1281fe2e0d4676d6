import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeDto, NodeListDto, PluginInstancesDto } from '../../src/modules/plugins/fleet.dto.js';
import type { FleetOutcomeDto } from '../../src/modules/plugins/fleet-outcome.dto.js';
import { createTestDatabase, execute } from './database.js';
import { eventually } from './eventually.js';
import { at, type Changed } from './plugins-api.js';
import { TestServer } from './server.js';
import { temporaryFolder } from './temporary-folder.js';

/** The answer to a change that waited for the fleet. */
export type FleetChanged = Changed & { fleet: FleetOutcomeDto };

interface Opened {
  path: string;
  database: { url: string; drop: () => Promise<void> };
  remove: () => Promise<void>;
}

const SECRETS = {
  SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
  JWT_SECRET: 'one secret for all of the servers',
};

/** Several servers on one database, each with a data folder of its own, and one folder of plugins for all. */
export class Fleet {
  readonly servers: TestServer[] = [];

  private constructor(
    private readonly opened: Opened,
    private readonly env: Record<string, string>,
  ) {}

  /** @param databaseUrl a database to use instead of a new one */
  static async open(size: number, env: Record<string, string> = {}, databaseUrl?: string): Promise<Fleet> {
    const folder = await temporaryFolder();
    const database =
      databaseUrl === undefined
        ? await createTestDatabase()
        : { url: databaseUrl, drop: () => Promise.resolve() };
    const fleet = new Fleet({ path: folder.path, database, remove: () => folder.remove() }, env);
    await mkdir(join(folder.path, 'plugins'));
    await Promise.all(Array.from({ length: size }, (_, n) => fleet.start(n)));
    return fleet;
  }

  /** One that is there; for the place in the order of start. */
  server(n: number): TestServer {
    const server = this.servers[n];
    if (!server) throw new Error(`there is no server ${n}`);
    return server;
  }

  /** Starts a server, or starts it again, on the data folder of its number. */
  async start(n: number, env: Record<string, string> = {}): Promise<TestServer> {
    const { path, database } = this.opened;
    const server = await TestServer.start({
      dataDir: join(path, `node-${n}`),
      databaseUrl: database.url,
      env: { ...SECRETS, PLUGIN_ROOTS: join(path, 'plugins'), NODE_NAME: `node-${n}`, ...this.env, ...env },
    });
    this.servers[n] = server;
    return server;
  }

  /** Puts a file where every server finds it. */
  async plugin(name: string, source: string): Promise<void> {
    await writeFile(join(this.opened.path, 'plugins', name), source);
  }

  /** Runs a statement on the database that the servers share. */
  sql(statement: string): Promise<void> {
    return execute(this.opened.database.url, statement);
  }

  async nodes(by = 0): Promise<NodeDto[]> {
    return (await this.server(by).client().get<NodeListDto>('/api/nodes')).body.nodes;
  }

  async instances(id: string, by = 0): Promise<PluginInstancesDto> {
    return (await this.server(by).client().get<PluginInstancesDto>(at(id, '/instances'))).body;
  }

  /** The node that a server is. */
  async node(n: number, by = 0): Promise<NodeDto> {
    const node = (await this.nodes(by)).find(({ name }) => name === `node-${n}`);
    if (!node) throw new Error(`node ${n} is not listed`);
    return node;
  }

  /** Resolves when no live node differs from what is wanted. */
  converged(by = 0): Promise<void> {
    return eventually(async () => {
      const live = (await this.nodes(by)).filter(({ state }) => state === 'live');
      const drift = live.flatMap(({ plugins }) => plugins.drift);
      if (drift.length > 0) throw new Error(`drifting: ${drift.join(', ')}`);
    }, 30_000);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.opened.database.drop();
    await this.opened.remove();
  }
}
