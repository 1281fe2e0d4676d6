import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { answerer, InstallationWorld } from '../support/installation-world.js';
import { answering, at, hook, until } from '../support/plugins-api.js';

const NAME = '@acme/plugin-answerer';

let world: InstallationWorld;
beforeAll(async () => {
  world = await InstallationWorld.open();
  world.registry.publish(answerer('1.0.0')).publish(answerer('1.1.0'));
  // With bytes of its own: the disk has the same bytes once, whoever they belong to.
  const files = { 'index.js': answering('other') };
  world.registry.publish(answerer('1.0.0', { name: 'plugin-other', files }));
  await world.install({ name: 'plugin-other' });
});
afterAll(() => world.close());

it('does not load a package whose files were changed, says so, and takes it again', async () => {
  const { body } = await world.install({ name: NAME, version: '1.0.0' });
  await world.server.end('SIGTERM');
  await appendFile(join(body.plugin.installPath, 'index.js'), '\nglobalThis.changed = true;\n');
  await world.start();
  const { body: plugin } = await until(
    world.server,
    at('answerer'),
    (answer) => answer.body.loadError !== null,
  );
  expect(plugin).toMatchObject({ isActive: false, enabled: true });
  expect(plugin.loadError).toMatch(/index\.js/);
  await until(world.server, at('other'), (answer) => answer.body.isActive);
  expect((await world.install({ name: NAME, version: '1.0.0' })).status).toBe(200);
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.0.0' });
});

it('builds a package again that is gone from the disk', async () => {
  await world.server.end('SIGTERM');
  const packages = join(world.server.dataDir, 'packages');
  await rm(packages, { recursive: true });
  await world.start();
  await until(world.server, at('answerer'), (answer) => answer.body.isActive);
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.0.0' });
  await until(world.server, at('other'), (answer) => answer.body.isActive);
  expect(await world.directories()).toMatchObject({ versions: { length: 2 }, unfinished: [] });
});

it('has the version before running after a kill in the middle, and finishes then', async () => {
  const { asked, release } = world.hold((path) => path.includes('1.1.0'));
  const jobId = await world.begin({ name: NAME, version: '1.1.0' });
  await asked;
  const before = await world.directories();
  expect(before.unfinished).toHaveLength(1);
  await world.server.end('SIGKILL');
  await world.start();
  await until(world.server, at('answerer'), (answer) => answer.body.isActive);
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.0.0' });
  expect((await world.directories()).unfinished).not.toEqual(before.unfinished);
  release();
  expect((await world.follow(jobId)).at(-1)).toMatchObject({ state: 'succeeded' });
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.1.0' });
  const { unfinished, versions } = await world.directories();
  expect([unfinished, versions.length]).toEqual([[], 3]);
});
