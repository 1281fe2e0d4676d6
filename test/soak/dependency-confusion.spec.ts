import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UpdateListDto } from '../../src/modules/installation/installed.dto.js';
import {
  ARTIFACTS,
  ArtifactWorld,
  DOCUMENTED,
  packed,
  type Published,
  sha256,
} from '../support/artifact-world.js';
import type { Answer, Client } from '../support/http.js';
import { answerer, type Installed } from '../support/installation-world.js';
import { at, type Failed, failure, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestRegistry } from '../support/registry.js';

const CONFLICT = [409, 'source_conflict', 'source'];
const PROTECTED = [403, 'name_protected', 'name'];

describe('a name that means code on npm', () => {
  let registry: TestRegistry;
  let world: ArtifactWorld;
  let publisher: Client;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    for (const name of ['plain-ok', 'left-pad', 'kept-apart', 'raced'])
      registry.publish(answerer('1.0.0', { name })).publish(answerer('1.1.0', { name }));
    world = await ArtifactWorld.open({ NPM_REGISTRY: registry.url });
    publisher = await keyed('publisher', ['registry:publish']);
  });
  afterAll(async () => {
    await world.close();
    await registry.close();
  });

  const keyed = async (name: string, scopes: string[]): Promise<Client> => {
    const made = await world.api.post<{ key: string }>('/api/auth/virtual-keys', { name, scopes });
    return world.server.client(made.body.key);
  };
  const install = (body: object): Promise<Answer<Installed>> =>
    world.api.post<Installed>(`${PLUGINS}/install`, body);
  const message = ({ body }: Answer): string => (body as Failed).error.message;
  const sourceOf = async (id: string): Promise<string> =>
    (await world.api.get<PluginDto>(at(id))).body.source;
  /** Publishes a verified version whose hook answers `answer`. */
  const put = async (api: Client, name: string, version: string, answer: string): Promise<void> => {
    const path = `/${name}-${version}.tgz`;
    const bytes = packed(answer);
    world.answers.set(path, (_, response) => response.end(bytes));
    const published = await api.post<Published>(ARTIFACTS, {
      ...{ name, version, pluginType: 'gateway', pluginRuntime: 'node' },
      ...{ artifactUrl: world.origin.url + path, checksum: `sha256:${sha256(bytes)}` },
    });
    if (published.status !== 200) throw new Error(published.text);
    const { verification } = await world.looked(published.body);
    if (verification !== 'verified') throw new Error(verification);
  };

  it('is never exchanged for what is published here unless the request says so', async () => {
    await install({ name: 'plain-ok', version: '1.0.0' });
    await world.api.put(at('plain-ok'), { config: { ANSWER_TOKEN: 'a secret of the npm package' } });
    await put(world.api, 'plain-ok', '9.9.9', 'taken over');
    for (const body of [{}, { version: '9.9.9' }, { version: '1.1.0' }, { dryRun: true }]) {
      const refused = await install({ name: 'plain-ok', ...body });
      expect(failure(refused)).toEqual(CONFLICT);
      expect(message(refused)).toMatch(/npm registry .*published here .*"source":"npm".*"source":"artifact"/);
    }
    expect(await hook(world.api, 'plain-ok')).toMatchObject({ answer: '1.0.0' });
    const updated = await install({ name: 'plain-ok', source: 'npm' });
    expect(updated.body.plugin.version).toBe('1.1.0');
    expect(await sourceOf('plain-ok')).toBe('npm');
    const exchanged = await install({ name: 'plain-ok', source: 'artifact' });
    expect(exchanged.body.plugin.version).toBe('9.9.9');
    expect(await sourceOf('plain-ok')).toBe('artifact');
    const back = await world.api.post(at('plain-ok', '/rollback'), { version: '1.1.0' });
    expect(failure(back)).toEqual(CONFLICT);
    expect(await sourceOf('plain-ok')).toBe('artifact');
    const said = await world.api.post(at('plain-ok', '/rollback'), { version: '1.1.0', source: 'npm' });
    expect(said.status).toBe(200);
    expect(await hook(world.api, 'plain-ok')).toMatchObject({ answer: '1.1.0' });
  });

  it('does not become what npm has once what was installed from here is deleted', async () => {
    await put(world.api, 'kept-apart', '5.0.0', 'ours');
    await install({ name: 'kept-apart' });
    const { body: updates } = await world.api.get<UpdateListDto>(`${PLUGINS}/updates`);
    expect(updates.updates.filter(({ name }) => name === 'kept-apart')).toEqual([]);
    await put(world.api, 'kept-apart', '6.0.0', 'ours, newer');
    const { body: newer } = await world.api.get<UpdateListDto>(`${PLUGINS}/updates`);
    expect(newer.updates).toContainEqual(
      expect.objectContaining({ name: 'kept-apart', newest: '6.0.0', major: true }),
    );
    const { body } = await world.api.get<{ plugins: Published[] }>(`${ARTIFACTS}?name=kept-apart`);
    for (const { id } of body.plugins) await world.api.delete(`${ARTIFACTS}/${id}`);
    expect(failure(await install({ name: 'kept-apart' }))).toEqual(CONFLICT);
    expect(failure(await install({ name: 'kept-apart', source: 'artifact' }))[1]).toBe('artifact_not_found');
    expect(await hook(world.api, 'kept-apart')).toMatchObject({ answer: 'ours' });
  });

  it('gets no settings back that were kept for code from elsewhere', async () => {
    await install({ name: 'raced' });
    await world.api.put(at('raced'), { config: { ANSWER_TOKEN: 'kept for npm' } });
    await world.api.post(`${PLUGINS}/uninstall`, { name: 'raced' });
    await put(publisher, 'raced', '9.9.9', 'taken over');
    expect(failure(await install({ name: 'raced' }))).toEqual(CONFLICT);
    await install({ name: 'raced', source: 'npm' });
    expect(await hook(world.api, 'raced')).toMatchObject({ config: { ANSWER_TOKEN: 'kept for npm' } });
  });

  it('means what is published here by a mere publisher only where npm has no such package', async () => {
    await put(publisher, 'left-pad', '9.9.9', 'confused');
    const refused = await install({ name: 'left-pad' });
    expect(failure(refused)).toEqual(CONFLICT);
    expect(message(refused)).toContain('"left-pad" is published here by key:publisher');
    expect(failure(await install({ name: 'left-pad', dryRun: true }))).toEqual(CONFLICT);
    expect((await world.api.get(at('left-pad'))).status).toBe(404);
    await put(publisher, 'nowhere-else', '1.0.0', 'ours alone');
    expect((await install({ name: 'nowhere-else' })).status).toBe(200);
    expect((await install({ name: 'left-pad', source: 'npm' })).body.plugin.version).toBe('1.1.0');
    await put(publisher, 'nowhere-else', '1.1.0', 'an update');
    expect((await install({ name: 'nowhere-else' })).body.plugin.version).toBe('1.1.0');
  });

  it('such as that of an installed package is published or made by those alone who may install', async () => {
    registry.publish(answerer('1.0.0'));
    await install({ name: '@acme/plugin-answerer' });
    const writer = await keyed('writer', ['plugins:write']);
    for (const name of ['@acme/plugin-answerer', '@acme/p1ugin-answerer']) {
      const refused = await publisher.post(ARTIFACTS, { ...DOCUMENTED, name });
      expect(failure(refused)).toEqual(PROTECTED);
      expect(message(refused)).toContain('the installed plugin "answerer"');
      expect(failure(await writer.post(PLUGINS, { name }))).toEqual(PROTECTED);
    }
  });

  it('is not taken in paths by a file that names itself like an installed package', async () => {
    await world.server.plugin(
      'aaa/package.json',
      JSON.stringify({ name: '@acme/plugin-answerer', version: '1.0.0', type: 'module', main: 'index.js' }),
    );
    await world.server.plugin(
      'aaa/index.js',
      "export const getName = () => 'aaa'; export const init = () => {};",
    );
    expect((await world.api.post(PLUGINS, { name: 'aaa', path: 'aaa', enabled: true })).status).toBe(201);
    const { body } = await world.api.get<PluginDto>(at('@acme/plugin-answerer'));
    expect(body.id).toBe('answerer');
    await world.api.put(at('@acme/plugin-answerer'), { config: { TONE: 'warm' } });
    expect((await world.api.get<PluginDto>(at('answerer'))).body.config).toMatchObject({ TONE: 'warm' });
  });
});
