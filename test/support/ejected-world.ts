import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EjectedDoneDto } from '../../src/modules/installation/ejected.dto.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import type { Client } from './http.js';
import { at, type Failed } from './plugins-api.js';
import { TestRegistry } from './registry.js';
import { TestServer } from './server.js';

export const NAME = '@acme/plugin-greeter';
export const ID = 'greeter';

/** A plugin whose LLM hook answers with what it has and what its dependency says. */
export const greeter = (word: string): string => `
import { punctuation } from 'punctuation';
// The first line that people edit.
export const word = ${JSON.stringify(word)};
// Nothing that people edit
// stands in these lines:
// they keep two edits apart.
export const getName = () => 'Greeter';
export const init = () => {};
export const preLLMHook = () => ({ text: word + punctuation, tail: 'one' });
`;

/** A server with one installed plugin from a registry of its own. */
export class EjectedWorld {
  private constructor(
    readonly registry: TestRegistry,
    readonly server: TestServer,
    readonly api: Client,
    private readonly database: TestDatabase,
  ) {}

  get databaseUrl(): string {
    return this.database.url;
  }

  /** @param files of the plugin's first version, 1.0.0, beside package.json */
  static async start(
    files: Record<string, string> = { 'index.js': greeter('hello') },
  ): Promise<EjectedWorld> {
    const registry = await TestRegistry.start();
    registry.publish({
      name: 'punctuation',
      version: '1.0.0',
      files: { 'index.js': "exports.punctuation = '!';" },
    });
    const database = await createTestDatabase();
    const env = { NPM_REGISTRY: registry.url };
    const server = await TestServer.start({ databaseUrl: database.url, env });
    const world = new EjectedWorld(registry, server, server.client(), database);
    world.publish('1.0.0', files);
    await world.install();
    return world;
  }

  publish(version: string, files: Record<string, string>, manifest: Record<string, unknown> = {}): void {
    const dependencies = { punctuation: '^1.0.0' };
    this.registry.publish({
      name: NAME,
      version,
      files,
      manifest: { type: 'module', dependencies, ...manifest },
    });
  }

  async install(version?: string): Promise<void> {
    const answer = await this.api.post<Failed>('/api/plugins/install', {
      name: NAME,
      ...(version !== undefined && { version }),
    });
    if (answer.status !== 200) throw new Error(answer.text);
  }

  /** @returns the working copy's folder */
  async eject(): Promise<string> {
    const answer = await this.api.post<EjectedDoneDto>(at(ID, '/eject'));
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body.localPath;
  }

  /** Writes a file of the working copy. */
  async edit(localPath: string, file: string, content: string): Promise<void> {
    await writeFile(join(localPath, file), content);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.registry.close();
    await this.database.drop();
  }
}
