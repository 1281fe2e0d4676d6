import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { InstallDoneDto } from '../../src/modules/installation/installation.dto.js';
import type { JobDto } from '../../src/platform/jobs/job.dto.js';
import { publishCore } from '../support/core-packages.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetChanged } from '../support/fleet.js';
import { answerer } from '../support/installation-world.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { answering, at, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestRegistry } from '../support/registry.js';

const NAME = '@acme/plugin-answerer';
const INSTALL = '/api/plugins/install';
const REMOTE = answering('from afar');

let registry: TestRegistry;
let origin: Origin;
let fleet: Fleet;
beforeAll(async () => {
  registry = await TestRegistry.start();
  origin = await httpOrigin((_, response) => response.end(REMOTE));
  for (const version of ['1.0.0', '1.1.0']) registry.publish(answerer(version));
  publishCore(registry, 'secrets-manager');
  fleet = await Fleet.open(3, { NPM_REGISTRY: registry.url, OUTBOUND_ALLOW: '127.0.0.1' });
});
afterAll(async () => {
  await fleet.close();
  await origin.close();
  await registry.close();
});

const begin = async (n: number, version: string): Promise<string> => {
  const body = { name: NAME, version };
  const { body: begun } = await fleet
    .api(n)
    .post<{ jobId: string }>(INSTALL, body, { prefer: 'respond-async' });
  return begun.jobId;
};
const job = async (id: string, by: number): Promise<JobDto> =>
  (await fleet.api(by).get<JobDto>(`/api/jobs/${id}`)).body;
const answers = async (id: string, answer: string, servers: readonly number[]): Promise<void> => {
  for (const n of servers) expect(await hook(fleet.api(n), id)).toMatchObject({ answer });
};

it('two installs of one package on two servers are one, and every server runs it', async () => {
  const { asked, release } = registry.hold(() => true);
  const [first, second] = await Promise.all([begin(0, '1.0.0'), begin(1, '1.0.0')]);
  expect(first).toBe(second);
  await asked;
  release();
  const done = await fleet
    .api(2)
    .post<InstallDoneDto>(`${INSTALL}?wait=all`, { name: NAME, version: '1.0.0' });
  expect(done.body).toMatchObject({ ok: true, fleet: { converged: true, nodes: [{}, {}, {}] } });
  await answers('answerer', '1.0.0', [0, 1, 2]);
  const { instances } = await fleet.instances('answerer');
  expect(instances.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
  expect(new Set(instances.map(({ digest }) => digest)).size).toBe(1);
});

it('an install whose server is killed is finished by another; meanwhile the version before runs', async () => {
  const { asked, release } = registry.hold((path) => path.includes('1.1.0'));
  const id = await begin(0, '1.1.0');
  await asked;
  const { nodeId } = await job(id, 0);
  const names = new Map((await fleet.nodes()).map((node) => [node.id, Number(node.name.slice(-1))]));
  const victim = names.get(nodeId ?? '') ?? -1;
  const others = [0, 1, 2].filter((n) => n !== victim);
  const [by = 0] = others;
  await fleet.server(victim).end('SIGKILL');
  await answers('answerer', '1.0.0', others);
  release();
  const ended = await eventually(async () => {
    const now = await job(id, by);
    expect(now.state).toBe('succeeded');
    return now;
  }, 60_000);
  expect(ended.nodeId).not.toBe(nodeId);
  await fleet.start(victim);
  await fleet.converged(by);
  await answers('answerer', '1.1.0', [0, 1, 2]);
  const back = await fleet.api(by).post<FleetChanged>(`${at('answerer', '/rollback')}?wait=all`, {});
  expect(back.body.fleet).toMatchObject({ converged: true });
  await answers('answerer', '1.0.0', [0, 1, 2]);
});

it('a server that joins late with an empty disk serves at once and has everything in the end', async () => {
  const checksum = createHash('sha256').update(REMOTE).digest('hex');
  const path = `${origin.url}/remote.mjs`;
  await fleet.api(0).post(PLUGINS, { name: 'remote', path, checksum, enabled: true });
  await fleet.plugin('here.mjs', answering('here'));
  await fleet.api(0).post(PLUGINS, { name: 'here', path: 'here.mjs', enabled: true });
  const { asked, release } = registry.hold(() => true);
  await fleet.start(3);
  await asked;
  await eventually(() => answers('here', 'here', [3]));
  const pending = (await fleet.api(3).get<PluginDto>(at('answerer'))).body;
  expect([pending.enabled, pending.isActive]).toEqual([true, false]);
  expect((await fleet.node(3)).plugins.drift).toContain('answerer');
  // A change does not wait for it either, unless it is told to.
  expect((await fleet.api(3).put(at('here'), { config: { by: 3 } })).status).toBe(200);
  release();
  await fleet.converged();
  await answers('answerer', '1.0.0', [3]);
  await answers('remote', 'from afar', [3]);
  const { instances } = await fleet.instances('answerer');
  expect(instances.map(({ version }) => version)).toEqual(['1.0.0', '1.0.0', '1.0.0', '1.0.0']);
  expect(new Set(instances.map(({ digest }) => digest)).size).toBe(1);
});

it('turning a core plugin on and off and uninstalling wait for every server', async () => {
  const toggle = async (enabled: boolean): Promise<FleetChanged['fleet']> => {
    const body = { name: 'secrets-manager', enabled };
    return (await fleet.api(3).post<FleetChanged>('/api/plugins/core/toggle?wait=all', body)).body.fleet;
  };
  const states = ({ nodes }: FleetChanged['fleet']): unknown[] =>
    nodes.map(({ state, status }) => [state, status]);
  expect(states(await toggle(true))).toEqual(Array(4).fill(['converged', 'active']));
  expect(states(await toggle(false))).toEqual(Array(4).fill(['converged', 'disabled']));
  const gone = await fleet.api(2).post<FleetChanged>('/api/plugins/uninstall?wait=all', { name: NAME });
  expect(states(gone.body.fleet)).toEqual(Array(4).fill(['converged', null]));
  for (const n of [0, 1, 2, 3]) expect((await fleet.api(n).get(at('answerer'))).status).toBe(404);
  const neverThere = await fleet.api(0).post('/api/plugins/uninstall?wait=all', { name: NAME });
  expect(neverThere.status).toBe(404);
});
