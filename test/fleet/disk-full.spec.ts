import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetChanged } from '../support/fleet.js';
import { answerer } from '../support/installation-world.js';
import { at, hook, type PluginDto } from '../support/plugins-api.js';
import { TestRegistry } from '../support/registry.js';

const run = promisify(execFile);
const NAME = '@acme/plugin-answerer';
const INSTALL = '/api/plugins/install';
/** More than the small disk holds, and not to be compressed away on its way there. */
const BULK = Array.from({ length: 400_000 }, (_, n) => `// ${Math.sin(n)}`).join('\n');

let registry: TestRegistry;
let fleet: Fleet;
let store = '';
beforeAll(async () => {
  registry = await TestRegistry.start();
  registry.publish(answerer('1.0.0'));
  registry.publish(answerer('1.1.0', { files: { 'bulk.js': BULK } }));
  fleet = await Fleet.open(1, { NPM_REGISTRY: registry.url });
  await fleet.server(0).end('SIGTERM');
  store = join(fleet.server(0).dataDir, 'packages');
  await mkdir(store, { recursive: true });
});
afterAll(async () => {
  await fleet.server(0).end('SIGTERM');
  await run('umount', [store]).catch(() => undefined);
  await fleet.close();
  await registry.close();
});

it('an install that fills the disk fails with the cause; the version before runs on, here and elsewhere', async () => {
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=6m,mode=755', 'tmpfs', store]).then(
    () => true,
    () => false,
  );
  if (!mounted) {
    process.stdout.write('no small disk can be mounted here (that takes root): nothing is shown\n');
    return;
  }
  await fleet.start(0);
  const api = fleet.server(0).client();
  expect((await api.post(INSTALL, { name: NAME, version: '1.0.0' })).status).toBe(200);
  const full = await api.post<{ error: { code: string; message: string } }>(INSTALL, {
    name: NAME,
    version: '1.1.0',
  });
  expect([full.status >= 400, full.body.error.code]).toEqual([true, 'install_failed']);
  expect(full.body.error.message).toMatch(/space|disk/i);
  expect(await hook(api, 'answerer')).toMatchObject({ answer: '1.0.0' });
  expect((await api.get('/health/ready')).status).toBe(200);
  // A server with room takes the version that this one cannot: it says so, and goes on with what it has on record.
  await fleet.start(1);
  const other = fleet.server(1).client();
  await fleet.converged(1);
  expect(await hook(other, 'answerer')).toMatchObject({ answer: '1.0.0' });
  await eventually(async () => {
    const taken = await other.post<FleetChanged>(INSTALL, { name: NAME, version: '1.1.0' });
    expect(taken.status).toBe(200);
  }, 60_000);
  await eventually(async () => {
    const { instances } = await fleet.instances('answerer', 1);
    const states = instances.map(({ nodeName, state }) => [nodeName, state]);
    expect(states.sort()).toEqual([
      ['node-0', 'failed'],
      ['node-1', 'converged'],
    ]);
  }, 30_000);
  expect((await api.get<PluginDto>(at('answerer'))).body.loadError).toMatch(/space|disk/i);
  expect(
    (await other.post<FleetChanged>(`${at('answerer', '/rollback')}?wait=all`, {})).body.fleet,
  ).toMatchObject({
    converged: true,
  });
  expect(await hook(api, 'answerer')).toMatchObject({ answer: '1.0.0' });
});
