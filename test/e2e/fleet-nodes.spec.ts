import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetChanged, WAIT } from '../support/fleet.js';
import { answering, at, failure, hook, PLUGINS } from '../support/plugins-api.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.open(2);
  await fleet.plugin('a.mjs', answering('a'));
});
afterAll(() => fleet.close());

it('lists the nodes, page by page, and says which one answers', async () => {
  const nodes = await fleet.nodes(0);
  expect(nodes.map(({ name }) => name).sort()).toEqual(['node-0', 'node-1']);
  for (const { state, self, name, plugins } of nodes)
    expect([state, self, plugins.failed]).toEqual(['live', name === 'node-0', 0]);
  const first = await fleet.api(1).get<{ nextCursor: string }>('/api/nodes?limit=1');
  const second = await fleet.api(1).get(`/api/nodes?limit=1&cursor=${first.body.nextCursor}`);
  expect(first.body).toMatchObject({ count: 1, nodes: [{ id: nodes[0]?.id }] });
  expect((await fleet.api(1).get('/api/nodes?cursor=none')).status).toBe(400);
  expect(second.body).toMatchObject({ count: 1, nodes: [{ id: nodes[1]?.id }], nextCursor: null });
});

it('with wait=all every kind of change is so on the other node when it is answered', async () => {
  const created = await fleet.api(0).post<FleetChanged>(PLUGINS + WAIT, {
    name: 'shared',
    path: 'a.mjs',
    enabled: true,
  });
  expect(created.body.fleet).toMatchObject({ converged: true, nodes: [{ revision: 1 }, { revision: 1 }] });
  expect(await fleet.plugged(1, 'shared')).toMatchObject({ isActive: true, revision: 1 });
  const change = async (body: object, method: 'put' | 'patch' = 'put'): Promise<void> => {
    const answer = await fleet.api(1)[method]<FleetChanged>(at('shared') + WAIT, body);
    const { fleet: outcome, plugin } = answer.body;
    expect(outcome.converged).toBe(true);
    expect(outcome.nodes.map(({ revision }) => revision)).toEqual([plugin.revision, plugin.revision]);
  };
  await change({ config: { level: 2 } });
  expect(await hook(fleet.api(0), 'shared')).toEqual({ answer: 'a', config: { level: 2 } });
  // Starts nothing on the node that makes it, and is reported all the same.
  await change({ order: 7 });
  await change({ order: null }, 'patch');
  await change({ enabled: false });
  expect(await fleet.plugged(0, 'shared')).toMatchObject({ status: { status: 'disabled' } });
  await change({ config: { level: 3 } });
  await change({ enabled: true });
  expect(await hook(fleet.api(0), 'shared')).toEqual({ answer: 'a', config: { level: 3 } });
  const instances = await fleet.instances('shared', 0);
  const digest = createHash('sha256').update(answering('a')).digest('hex');
  expect(instances).toMatchObject({ converged: true, count: 2, wanted: { enabled: true, revision: 7 } });
  for (const instance of instances.instances)
    expect(instance).toMatchObject({
      ...{ nodeState: 'live', state: 'converged', status: 'active', revision: 7, digest, error: null },
    });
  const deleted = await fleet.api(0).delete<FleetChanged>(at('shared') + WAIT);
  expect(deleted.body).toMatchObject({ ok: true, fleet: { converged: true, nodes: [{}, {}] } });
  expect((await fleet.api(1).get(at('shared'))).status).toBe(404);
  expect((await fleet.api(1).get(at('shared', '/instances'))).status).toBe(404);
});

it('refuses a wait that it does not know, and changes nothing', async () => {
  for (const query of ['?wait=some', '?wait=all&waitSeconds=0', '?wait=all&waitSeconds=x']) {
    const refused = await fleet.api(0).post(PLUGINS + query, { name: 'not-made' });
    expect(failure(refused).slice(0, 2)).toEqual([400, 'field_invalid']);
  }
  expect((await fleet.api(0).get(at('not-made'))).status).toBe(404);
});

it('a plugin that was deleted and made anew is the new one on the other node', async () => {
  await fleet.plugin('b.mjs', answering('b'));
  await fleet.api(0).post(PLUGINS + WAIT, { name: 'anew', path: 'a.mjs', enabled: true });
  await fleet.api(0).delete(at('anew'));
  const made = await fleet.api(0).post<FleetChanged>(PLUGINS + WAIT, {
    name: 'anew',
    path: 'b.mjs',
    enabled: true,
  });
  expect(made.body.fleet.converged).toBe(true);
  expect(await hook(fleet.api(1), 'anew')).toMatchObject({ answer: 'b' });
  await fleet.api(0).delete(at('anew') + WAIT);
});

it('does not wait for ever for a node that hangs, and not at all for one that is dead', async () => {
  await fleet.api(0).post(PLUGINS + WAIT, { name: 'patient', path: 'a.mjs', enabled: true });
  const hanging = fleet.server(1).process;
  hanging.kill('SIGSTOP');
  const slow = await fleet.api(0).put<FleetChanged>(`${at('patient')}?wait=all&waitSeconds=1`, {
    config: { n: 1 },
  });
  expect(slow.body.fleet.converged).toBe(false);
  const states = slow.body.fleet.nodes.map(({ nodeName, state, revision }) => [nodeName, state, revision]);
  expect(states.sort()).toEqual([
    ['node-0', 'converged', 2],
    ['node-1', 'pending', 1],
  ]);
  expect((await fleet.node(1)).plugins).toMatchObject({ pending: 1, drift: ['patient'] });
  await fleet.sql(`update node set heartbeat_at = now() - interval '1 minute' where name = 'node-1'`);
  const alone = await fleet.api(0).put<FleetChanged>(at('patient') + WAIT, { config: { n: 2 } });
  expect(alone.body.fleet).toMatchObject({ converged: true, nodes: [{ nodeName: 'node-0' }] });
  expect(await fleet.node(1)).toMatchObject({ state: 'dead' });
  expect((await fleet.instances('patient')).converged).toBe(true);
  hanging.kill('SIGCONT');
  await eventually(async () => expect(await fleet.node(1)).toMatchObject({ state: 'live' }));
  await fleet.converged();
  expect(await hook(fleet.api(1), 'patient')).toMatchObject({ config: { n: 2 } });
});
