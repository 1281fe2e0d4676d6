import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstallDoneDto } from '../../src/modules/installation/installation.dto.js';
import type { JobEventDto } from '../../src/platform/jobs/job.dto.js';
import type { Answer, Client } from './http.js';
import { createTestDatabase } from './database.js';
import { answering, type Failed } from './plugins-api.js';
import { type HeldArchives, type Release, TestRegistry } from './registry.js';
import { TestServer } from './server.js';
import { temporaryFolder } from './temporary-folder.js';

export type Installed = InstallDoneDto & Failed;

/** A package whose hook tells its version and settings, with two parameters. */
export function answerer(version: string, more: Partial<Release> = {}): Release {
  return {
    name: '@acme/plugin-answerer',
    version,
    ...more,
    files: { 'index.js': answering(version), ...more.files },
    manifest: {
      type: 'module',
      license: 'MIT',
      description: 'Answers.',
      agentConfig: {
        pluginParameters: {
          TONE: { type: 'string', description: 'How it answers', required: false, default: 'dry' },
          ANSWER_TOKEN: { type: 'string', description: 'A secret', required: false, sensitive: true },
        },
      },
      ...more.manifest,
    },
  };
}

/** A version that loads and then fails. */
export const BROKEN =
  "export const getName = () => 'x'; export const init = () => { throw new Error('no luck'); };";

/** A registry, and servers that install from it: one after the other, on the same data folder and database. */
export class InstallationWorld {
  server: TestServer;

  private constructor(
    readonly registry: TestRegistry,
    private readonly folder: { path: string; remove: () => Promise<void> },
    private readonly database: { url: string; drop: () => Promise<void> },
    private readonly env: Record<string, string>,
  ) {}

  static async open(env: Record<string, string> = {}): Promise<InstallationWorld> {
    const registry = await TestRegistry.start();
    const [folder, database] = await Promise.all([temporaryFolder(), createTestDatabase()]);
    const world = new InstallationWorld(registry, folder, database, env);
    await mkdir(join(folder.path, 'home'));
    await world.start();
    return world;
  }

  get api(): Client {
    return this.server.client();
  }

  async start(env: Record<string, string> = {}): Promise<void> {
    const { url: databaseUrl } = this.database;
    const { registry, folder } = this;
    this.server = await TestServer.start({
      dataDir: join(folder.path, 'data'),
      databaseUrl,
      env: { HOME: join(folder.path, 'home'), NPM_REGISTRY: registry.url, ...this.env, ...env },
    });
  }

  install(body: object, headers: Record<string, string> = {}): Promise<Answer<Installed>> {
    return this.api.post<Installed>('/api/plugins/install', body, headers);
  }

  /** Installs in the background. @returns the job's id */
  async begin(body: object): Promise<string> {
    const answer = await this.install(body, { prefer: 'respond-async' });
    if (answer.status !== 202) throw new Error(answer.text);
    return answer.body.jobId;
  }

  /** All that a job tells of itself, once it has ended. */
  async follow(jobId: string): Promise<JobEventDto[]> {
    const response = await fetch(`${this.server.url}/api/jobs/${jobId}/events`, {
      headers: { authorization: `Bearer ${this.server.token}` },
    });
    const lines = (await response.text()).matchAll(/^data: (.*)$/gm);
    return [...lines].map(([, json]) => JSON.parse(json ?? '') as JobEventDto);
  }

  /** Lets the registry hand out no archive that `isHeld` names, until `release` is called. */
  hold(isHeld: (path: string) => boolean): HeldArchives {
    return this.registry.hold(isHeld);
  }

  /** Directories of versions, and what is unfinished, of all packages. */
  async directories(): Promise<{ versions: string[]; unfinished: string[] }> {
    const packages = join(this.server.dataDir, 'packages');
    const names = (path: string): Promise<string[]> => readdir(join(packages, path)).catch(() => []);
    const versions = await Promise.all((await names('versions')).map((name) => names(`versions/${name}`)));
    return { versions: versions.flat().sort(), unfinished: await names('unfinished') };
  }

  async close(): Promise<void> {
    await this.server.stop();
    await this.registry.close();
    await this.database.drop();
    await this.folder.remove();
  }
}
