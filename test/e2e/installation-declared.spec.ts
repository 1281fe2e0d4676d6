import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { InstallationWorld } from '../support/installation-world.js';
import { hook } from '../support/plugins-api.js';

let world: InstallationWorld;
beforeAll(async () => {
  world = await InstallationWorld.open();
});
afterAll(() => world.close());

it('sorts a package by what it says, its keywords, and what its code registers, and keeps to that', async () => {
  const models = `export default { name: 'm', description: '', models: { TEXT_SMALL: async () => 'hi' } };`;
  const packages = [
    ['plugin-modelled', {}, 'ai-provider'],
    ['plugin-tagged', { keywords: ['elizaos', 'connector'] }, 'connector'],
    ['plugin-worded', { plugboard: { category: 'game' } }, 'game'],
  ] as const;
  for (const [name, manifest, category] of packages) {
    for (const version of ['1.0.0', '1.1.0'])
      world.registry.publish({
        name,
        version,
        files: { 'index.js': models },
        manifest: { type: 'module', ...manifest },
      });
    for (const version of ['1.0.0', '1.1.0']) {
      const { body } = await world.install({ name, version });
      const { plugin } = body as { plugin: { id: string } };
      const shown = await world.api.get<{ category: string }>(`/api/plugins/${plugin.id}`);
      expect([version, shown.body.category]).toEqual([version, category]);
    }
  }
  const filtered = await world.api.get<{ count: number }>('/api/plugins?category=ai-provider');
  expect(filtered.body.count).toBe(1);
});

it('gives a peer that is asked for by a dist-tag the version that the tag names', async () => {
  const index = `import { version } from 'peer-tagged';
    export const preLLMHook = () => ({ version });`;
  for (const [version, tag] of [['1.0.0'], ['2.0.0-beta.1', 'beta'], ['3.0.0-rc.1', 'x-next']] as const) {
    const files = { 'index.js': `exports.version = '${version}';` };
    world.registry.publish({ name: 'peer-tagged', version, files, ...(tag && { tag }) });
  }
  const peers = [
    ['plugin-on-beta', 'beta', '2.0.0-beta.1'],
    // Not a range, though it begins like one.
    ['plugin-on-next', 'x-next', '3.0.0-rc.1'],
    ['plugin-on-latest', 'latest', '1.0.0'],
  ] as const;
  for (const [name, spec, expected] of peers) {
    const manifest = { type: 'module', peerDependencies: { 'peer-tagged': spec } };
    world.registry.publish({ name, version: '1.0.0', files: { 'index.js': index }, manifest });
    const { body } = await world.install({ name });
    const { plugin } = body as { plugin: { id: string } };
    expect(await hook(world.api, plugin.id)).toEqual({ version: expected });
  }
  const peerDependencies = { 'peer-tagged': 'no-such-tag' };
  world.registry.publish({ name: 'plugin-on-nothing', version: '1.0.0', manifest: { peerDependencies } });
  const refused = await world.install({ name: 'plugin-on-nothing' });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.text).toMatch(/peer-tagged.*no-such-tag|no-such-tag.*peer-tagged/);
});
