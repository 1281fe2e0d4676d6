import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetChanged } from '../support/fleet.js';
import { answering, at, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';

const WAIT = '?wait=all';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.open(2);
  await fleet.plugin('a.mjs', answering('a'));
});
afterAll(() => fleet.close());

const api = (n: number): ReturnType<Fleet['servers'][number]['client']> => fleet.server(n).client();
const get = async (n: number, id: string): Promise<PluginDto> => (await api(n).get<PluginDto>(at(id))).body;

it('names the node where a plugin does not run, and why', async () => {
  await fleet.plugin(
    'picky.mjs',
    `${answering('here')}; if (process.env.TZ) throw new Error('not in ' + process.env.TZ);`,
  );
  await fleet.server(1).end('SIGTERM');
  await fleet.start(1, { TZ: 'Asia/Tokyo' });
  const body = { name: 'picky', path: 'picky.mjs', enabled: true };
  const made = await api(0).post<FleetChanged>(PLUGINS + WAIT, body);
  expect([made.status, made.body.fleet.converged]).toEqual([201, false]);
  const outcome = new Map(made.body.fleet.nodes.map(({ nodeName, ...rest }) => [nodeName, rest]));
  expect(outcome.get('node-0')).toMatchObject({ state: 'converged', status: 'active', error: null });
  expect(outcome.get('node-1')).toMatchObject({ state: 'failed', revision: 1 });
  expect(outcome.get('node-1')?.error).toContain('not in Asia/Tokyo');
  expect((await fleet.node(1)).plugins).toMatchObject({ failed: 1, drift: ['picky'] });
  expect((await fleet.node(0)).plugins).toMatchObject({ failed: 0, drift: [] });
  expect(await hook(api(0), 'picky')).toMatchObject({ answer: 'here' });
  await api(1).delete(at('picky') + WAIT);
  await fleet.server(1).end('SIGTERM');
  await fleet.start(1);
});

it('repairs a lost notification within seconds, what readers see too', async () => {
  await api(0).post(PLUGINS + WAIT, { name: 'unheard', path: 'a.mjs', enabled: true });
  await fleet.sql(`update plugin set revision = 2, config = '{"by":"nobody"}' where id = 'unheard'`);
  await eventually(async () => {
    for (const n of [0, 1]) {
      expect(await get(n, 'unheard')).toMatchObject({ revision: 2, isActive: true });
      expect(await hook(api(n), 'unheard')).toEqual({ answer: 'a', config: { by: 'nobody' } });
    }
  });
  await fleet.sql(`delete from plugin where id = 'unheard'`);
  await eventually(async () => {
    for (const n of [0, 1]) expect((await api(n).get(at('unheard'))).status).toBe(404);
  });
});

it('marks a dead node, forgets it in the end with all it has reported, and knows it again when it is back', async () => {
  await api(0).post(PLUGINS + WAIT, { name: 'patient', path: 'a.mjs', enabled: true });
  await fleet.server(1).end('SIGKILL');
  await fleet.sql(`update node set heartbeat_at = now() - interval '1 minute' where name = 'node-1'`);
  await eventually(async () => {
    const dead = (await fleet.instances('patient')).instances.find(({ nodeName }) => nodeName === 'node-1');
    expect(dead).toMatchObject({ nodeState: 'dead', status: 'active' });
  });
  await fleet.sql(`update node set heartbeat_at = now() - interval '2 hours' where name = 'node-1'`);
  await eventually(async () => expect(await fleet.nodes()).toHaveLength(1), 15_000);
  await fleet.start(1);
  await fleet.converged();
  expect(await fleet.nodes(1)).toHaveLength(2);
  await fleet.server(1).end('SIGTERM');
  expect(await fleet.nodes()).toHaveLength(1);
});
