import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { PublishedArtifactDto } from '../../src/modules/registry/artifacts/artifact.dto.js';
import type { Answer, Client } from './http.js';
import { httpOrigin, type Origin } from './origin.js';
import { answering, type Failed, until } from './plugins-api.js';
import { TestServer } from './server.js';
import { type TarEntry, tarball } from './tar.js';

export type Published = PublishedArtifactDto & Failed;
export const ARTIFACTS = '/api/v1/plugins';

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** The request of the documentation, as it is printed there. */
export const DOCUMENTED = {
  name: 'nginx-log-collector',
  version: '2.1.0',
  pluginType: 'log',
  artifactUrl: 'https://artifacts.example.com/plugins/nginx-log-collector-2.1.0.tar.gz',
  checksum: 'sha256:abc123def456',
  configSchema: '{}',
  pluginRuntime: 'go',
};

/** A package whose hook answers `answer`, as an archive. */
export function packed(answer: string, more: TarEntry[] = []): Buffer {
  const manifest = { name: 'answerer', version: '1.0.0', type: 'module', main: 'index.js', license: 'MIT' };
  return tarball([
    { path: 'package/package.json', content: JSON.stringify(manifest) },
    { path: 'package/index.js', content: answering(answer) },
    ...more,
  ]);
}

/** A server, and a place that artifacts are fetched from. */
export class ArtifactWorld {
  /** What the place answers, by path; anything else is 404. */
  readonly answers = new Map<string, RequestListener>();
  /** Paths that were asked for, with the range. */
  readonly asked: string[] = [];
  server: TestServer;
  origin: Origin;

  static async open(env: Record<string, string> = {}): Promise<ArtifactWorld> {
    const world = new ArtifactWorld();
    world.origin = await httpOrigin((request, response) => {
      const path = request.url ?? '';
      world.asked.push(path);
      const answer = world.answers.get(path);
      if (answer) answer(request, response);
      else response.writeHead(404).end();
    });
    world.server = await TestServer.start({ env: { OUTBOUND_ALLOW: '127.0.0.1', ...env } });
    return world;
  }

  get api(): Client {
    return this.server.client();
  }

  async close(): Promise<void> {
    await this.server.stop();
    await this.origin.close();
  }

  /** Serves bytes under a path and publishes them. */
  async publish(path: string, bytes: Buffer | string, more: object = {}): Promise<Published> {
    this.answers.set(path, (_, response) => response.end(bytes));
    return this.register(path, { checksum: `sha256:${sha256(bytes)}`, ...more });
  }

  /** Publishes what lies, or does not lie, under a path; fails unless that is accepted. */
  async register(path: string, more: object = {}): Promise<Published> {
    const answer = await this.request({ artifactUrl: this.origin.url + path, ...more });
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body;
  }

  request(more: object): Promise<Answer<Published>> {
    const plain = { name: 'answerer', version: '1.0.0', pluginType: 'gateway', pluginRuntime: 'node' };
    return this.api.post<Published>(ARTIFACTS, { ...plain, ...more });
  }

  /** The record once it says what is expected. */
  async until({ id }: { id: string }, isSo: (row: Published) => boolean): Promise<Published> {
    const { body } = await until(this.server, `${ARTIFACTS}/${id}`, (answer) =>
      isSo(answer.body as unknown as Published),
    );
    return body as unknown as Published;
  }

  /** The record once its artifact was looked at. */
  looked(row: { id: string }): Promise<Published> {
    return this.until(row, ({ verification }) => verification !== 'pending');
  }

  /** The artifact itself; these answers are bytes. */
  download({ id }: { id: string }, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    const authorization = `Bearer ${this.server.token}`;
    return fetch(`${this.server.url}${ARTIFACTS}/${id}/artifact`, {
      method,
      headers: { authorization, 'accept-encoding': 'identity', ...headers },
    });
  }
}
