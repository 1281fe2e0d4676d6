import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InstallPlanDto } from '../../src/modules/installation/install-plan.dto.js';
import { ArtifactWorld, packed, type Published } from '../support/artifact-world.js';
import { eventually } from '../support/eventually.js';
import { type Installed } from '../support/installation-world.js';
import type { Answer } from '../support/http.js';
import { answering, at, type Failed, failure, hook, PLUGINS } from '../support/plugins-api.js';
import { TestRegistry } from '../support/registry.js';
import { tarball } from '../support/tar.js';
import { zip } from '../support/zip.js';

describe('what is published here', () => {
  let world: ArtifactWorld;
  let npm: TestRegistry;
  beforeAll(async () => {
    npm = await TestRegistry.start();
    const limits = { POLICY_MAX_UNPACKED_MB: '4', POLICY_MAX_FILES: '20' };
    world = await ArtifactWorld.open({ ...limits, NPM_REGISTRY: npm.url });
  });
  afterAll(async () => {
    await world.close();
    await npm.close();
  });

  const install = (body: object): Promise<Answer<Installed>> =>
    world.api.post<Installed>(`${PLUGINS}/install`, body);
  const verified = async (path: string, bytes: Buffer | string, more: object): Promise<Published> => {
    const row = await world.looked(await world.publish(path, bytes, more));
    if (row.verification !== 'verified') throw new Error(row.verificationCause ?? '');
    return row;
  };
  const versions = (): Promise<string[]> => readdir(join(world.server.dataDir, 'packages', 'versions'));

  it('is installed by name, updated within a range, rolled back, and taken away', async () => {
    await verified('/1.tgz', packed('one'), { name: 'answerer', version: '1.0.0' });
    const plan = await install({ name: 'answerer', dryRun: true });
    expect(plan.body).toMatchObject({ name: 'answerer', version: '1.0.0', installedVersion: null });
    const first = await install({ name: 'answerer' });
    expect(first.body).toMatchObject({ ok: true, plugin: { id: 'answerer', version: '1.0.0' } });
    expect(await hook(world.api, 'answerer')).toMatchObject({ answer: 'one' });
    await verified('/2.tgz', packed('two'), { name: 'answerer', version: '1.1.0' });
    expect((await install({ name: 'answerer', version: '^1.0.0' })).body.plugin.version).toBe('1.1.0');
    expect(await hook(world.api, 'answerer')).toMatchObject({ answer: 'two' });
    const { body } = await world.api.get(at('answerer'));
    expect(body).toMatchObject({ source: 'artifact', npmName: 'answerer', version: '1.1.0', isActive: true });
    expect((await world.api.post(at('answerer', '/rollback'), {})).status).toBe(200);
    expect(await hook(world.api, 'answerer')).toMatchObject({ answer: 'one' });
    expect((await world.api.post(`${PLUGINS}/uninstall`, { name: 'answerer' })).status).toBe(200);
    expect((await world.api.get(at('answerer'))).status).toBe(404);
    expect(
      await Promise.all(
        (await versions()).map((name) => readdir(join(world.server.dataDir, 'packages', 'versions', name))),
      ),
    ).toEqual([[]]);
  });

  it('is unpacked again where its files are gone, and not loaded where they were changed', async () => {
    await verified('/3.tgz', packed('three'), { name: 'lasting' });
    await install({ name: 'lasting' });
    await rm(join(world.server.dataDir, 'packages', 'versions'), { recursive: true });
    world.answers.delete('/3.tgz');
    await world.api.put(at('lasting'), { enabled: false });
    expect((await world.api.put(at('lasting'), { enabled: true })).status).toBe(200);
    expect(await hook(world.api, 'lasting')).toMatchObject({ answer: 'three' });
  });

  it('is found by `*` where there are prereleases alone, as on npm', async () => {
    await verified('/rc.tgz', packed('rc'), { name: 'rehearsed', version: '1.0.0-rc.1' });
    const plan = await install({ name: 'rehearsed', version: '*', dryRun: true });
    expect(plan.body).toMatchObject({ name: 'rehearsed', version: '1.0.0-rc.1' });
  });

  it('is updated from here alone: of its name npm is not asked', async () => {
    npm.publish({ name: 'chalk', version: '6.0.0' });
    await verified('/chalk1.tgz', packed('ours'), { name: 'chalk', version: '1.0.0' });
    await install({ name: 'chalk' });
    const updates = async (): Promise<Record<string, unknown>> => {
      const { body } = await world.api.get<{ updates: { name: string }[] } & Failed>(`${PLUGINS}/updates`);
      expect(npm.requests).toEqual([]);
      return { ...body, updates: body.updates.filter(({ name }) => name === 'chalk') };
    };
    expect(await updates()).toMatchObject({ updates: [], unknown: {} });
    await verified('/chalk2.tgz', packed('ours'), { name: 'chalk', version: '2.0.0' });
    const update = { name: 'chalk', pluginId: 'chalk', version: '1.0.0', newest: '2.0.0', major: true };
    expect(await updates()).toMatchObject({ updates: [update], unknown: {} });
  });

  it('may be one file', async () => {
    await verified('/alone.mjs', answering('alone'), { name: 'alone', pluginRuntime: '' });
    expect((await install({ name: 'alone' })).status).toBe(200);
    expect(await hook(world.api, 'alone')).toMatchObject({ answer: 'alone' });
  });

  it('may be a zip archive', async () => {
    const archive = zip([
      { path: 'zipped/package.json', content: JSON.stringify({ type: 'module', main: 'index.js' }) },
      { path: 'zipped/index.js', content: answering('zipped') },
    ]);
    await verified('/zipped.zip', archive, { name: 'zipped' });
    expect((await install({ name: 'zipped' })).status).toBe(200);
    expect(await hook(world.api, 'zipped')).toMatchObject({ answer: 'zipped' });
  });

  it('keeps its name and version, whatever its package.json says, and its code is not exchanged', async () => {
    await verified('/own.tgz', packed('own'), { name: 'own-name', version: '3.0.0' });
    await install({ name: 'own-name' });
    await world.api.put(at('own-name'), { enabled: true });
    const { body } = await world.api.get(at('own-name'));
    expect(body).toMatchObject({ npmName: 'own-name', version: '3.0.0' });
    const moved = await world.api.put(at('own-name'), { path: 'hello.mjs' });
    expect(failure(moved)).toEqual([409, 'plugin_installed', 'path']);
  });

  it('is set up by the configSchema it was published with, version by version', async () => {
    const schema = (required: string[]): string =>
      JSON.stringify({
        type: 'object',
        properties: { ENDPOINT: { type: 'string', description: 'Where to.' }, TOKEN: { type: 'string' } },
        required,
      });
    const parameters = async (): Promise<unknown[]> => {
      const { body } = await world.api.get<{ parameters: { key: string; required: boolean }[] }>(
        at('set-up'),
      );
      return body.parameters.map(({ key, required }) => [key, required]);
    };
    const first = { name: 'set-up', version: '1.0.0', configSchema: schema([]) };
    await verified('/s1.tgz', packed('s1'), first);
    const change = async (): Promise<unknown> => {
      const { body } = await world.api.post<InstallPlanDto>(`${PLUGINS}/install`, {
        name: 'set-up',
        dryRun: true,
      });
      return body.change.parameters;
    };
    expect(await change()).toEqual({ added: ['ENDPOINT', 'TOKEN'], removed: [], changed: [] });
    await install({ name: 'set-up' });
    expect(await parameters()).toEqual([
      ['ENDPOINT', false],
      ['TOKEN', false],
    ]);
    const second = { name: 'set-up', version: '2.0.0', configSchema: schema(['ENDPOINT']) };
    await verified('/s2.tgz', packed('s2'), second);
    expect(await change()).toEqual({ added: [], removed: [], changed: ['ENDPOINT'] });
    await install({ name: 'set-up' });
    expect(await parameters()).toContainEqual(['ENDPOINT', true]);
    const wrong = await world.api.put(at('set-up'), { config: { ENDPOINT: 7 } });
    expect(failure(wrong)).toEqual([422, 'config_invalid', 'config.ENDPOINT']);
    await world.api.post(at('set-up', '/rollback'), {});
    expect(await parameters()).toContainEqual(['ENDPOINT', false]);
  });

  it('leaves what runs as it is where the new version does not start', async () => {
    await verified('/good.tgz', packed('good'), { name: 'steady', version: '1.0.0' });
    await install({ name: 'steady' });
    const broken = tarball([{ path: 'index.mjs', content: 'throw new Error("no luck");' }]);
    await verified('/broken.tgz', broken, { name: 'steady', version: '2.0.0' });
    const refused = await install({ name: 'steady' });
    expect(failure(refused).slice(0, 2)).toEqual([422, 'load_failed']);
    expect(await hook(world.api, 'steady')).toMatchObject({ answer: 'good' });
  });

  it('for another runtime is served to the hosts that run it, and not installed here', async () => {
    const row = await verified('/go.tgz', packed('x'), { name: 'gopher', pluginRuntime: 'go' });
    const refused = await install({ name: 'gopher' });
    expect(failure(refused)).toEqual([422, 'artifact_not_installable', 'name']);
    expect(refused.body.error.message).toBe('unsupported runtime "go" on this host');
    expect((await world.download(row)).status).toBe(200);
  });

  it('under the name of a core plugin is that core plugin', async () => {
    const name = '@elizaos/plugin-secrets-manager';
    await verified('/core.mjs', answering('core'), { name, pluginRuntime: '' });
    const toggle = async (enabled: boolean): Promise<unknown> => {
      const answer = await world.api.post(`${PLUGINS}/core/toggle`, { npmName: name, enabled });
      expect(answer.status).toBe(200);
      const { body } = await world.api.get<{ optional: { npmName: string }[] }>(`${PLUGINS}/core`);
      return body.optional.find((core) => core.npmName === name);
    };
    expect(await toggle(true)).toMatchObject({ installed: true, loaded: true, enabled: true });
    expect(await toggle(false)).toMatchObject({ installed: true, loaded: false, enabled: false });
  });

  it('and is not verified, or yanked, or not there in that version, is not installed', async () => {
    const row = await world.looked(
      await world.register('/nowhere.tgz', { name: 'unseen', checksum: `sha256:${'a'.repeat(64)}` }),
    );
    expect(row.verification).toBe('unreachable');
    const unseen = await install({ name: 'unseen' });
    expect(failure(unseen).slice(0, 2)).toEqual([422, 'artifact_not_installable']);
    expect(unseen.body.error.message).toContain('HTTP 404');
    const { id } = await verified('/yanked.tgz', packed('x'), { name: 'pulled' });
    await world.api.patch(`/api/v1/plugins/${id}`, { status: 'yanked', statusMessage: 'Eats files.' });
    const pulled = await install({ name: 'pulled', version: '1.0.0' });
    expect(pulled.body.error.message).toContain('Eats files.');
    expect(failure(await install({ name: 'pulled', version: '7.0.0' })).slice(0, 2)).toEqual([
      404,
      'version_not_found',
    ]);
  });

  it.each<[string, () => Buffer | string, string]>([
    ['a bomb', () => tarball([{ path: 'bomb', content: Buffer.alloc(5 * 2 ** 20) }]), '200 times'],
    [
      'too many files',
      () => tarball(Array.from({ length: 21 }, (_, i) => ({ path: `${i}` }))),
      'POLICY_MAX_FILES',
    ],
    ['a path that leads out', () => packed('x', [{ path: '../../out', content: 'x' }]), 'leads out'],
    ['an absolute path', () => packed('x', [{ path: '/tmp/out', content: 'x' }]), 'leads out'],
    [
      'a link',
      () => packed('x', [{ path: 'package/link', kind: '2', link: '/etc/passwd' }]),
      'symbolic link',
    ],
    [
      'a hard link',
      () => packed('x', [{ path: 'package/link', kind: '1', link: '/etc/passwd' }]),
      'hard link',
    ],
    ['a device', () => packed('x', [{ path: 'package/device', kind: '3' }]), 'special file'],
    ['a file twice', () => packed('x', [{ path: 'package/index.js', content: 'x' }]), 'twice'],
    ['a file below a file', () => packed('x', [{ path: 'package/index.js/x', content: 'x' }]), 'twice'],
    ['half an archive', () => packed('x').subarray(0, 200), 'damaged'],
    ['a gzipped text', () => Buffer.from('H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==', 'base64'), 'damaged'],
    ['a zip cut short', () => zip([{ path: 'index.mjs' }]).subarray(0, -30), 'zip archive is damaged'],
    ['a zip with a path that leads out', () => zip([{ path: '../../out' }]), 'leads out'],
    ['a text', () => 'hello', 'no archive'],
    ['a native library', () => tarball([{ path: 'index.js', content: '\x7fELF' }]), 'native'],
  ])('with %s in it is refused, and leaves nothing behind', async (what, bytes, message) => {
    const name = what.replaceAll(' ', '-');
    await verified(`/${name}.tgz`, bytes(), { name });
    const refused = await install({ name });
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining(message)]);
    expect((await world.api.get(at(name))).status).toBe(404);
    expect(await readdir(join(world.server.dataDir, 'packages', 'unfinished')).catch(() => [])).toEqual([]);
  });

  it('is installed while the places of other artifacts keep the server waiting', async () => {
    await verified('/quick.tgz', packed('quick'), { name: 'quick' });
    const asked = new Set<string>();
    for (const name of ['slow-1', 'slow-2', 'slow-3']) {
      world.answers.set(`/${name}`, () => asked.add(name));
      await world.register(`/${name}`, { name, checksum: `sha256:${'b'.repeat(64)}` });
    }
    await eventually(() => {
      expect(asked.size).toBe(1);
    });
    expect((await install({ name: 'quick' })).status).toBe(200);
    expect([...asked]).toHaveLength(1);
  });
});
