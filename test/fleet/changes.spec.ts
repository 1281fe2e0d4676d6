import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetChanged, WAIT } from '../support/fleet.js';
import { httpOrigin } from '../support/origin.js';
import { answering, at, type Changed, failure, hook, PLUGINS } from '../support/plugins-api.js';

const ALL = [0, 1, 2];

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.open(3, { OUTBOUND_ALLOW: '127.0.0.1' });
  await fleet.plugin('a.mjs', answering('a'));
});
afterAll(() => fleet.close());

it('changes made on all servers at once are made whole, one after the other, or not at all', async () => {
  await fleet.api(0).post(PLUGINS + WAIT, { name: 'raced', path: 'a.mjs', enabled: true });
  let revision = 1;
  for (let round = 0; round < 4; round++) {
    const changes = ALL.map((n) => ({ config: { n, round, also: `${n}.${round}` } }));
    const answers = await Promise.all(ALL.map((n) => fleet.api(n).put<Changed>(at('raced'), changes[n])));
    const made = answers.filter(({ status }) => status === 200);
    for (const lost of answers.filter(({ status }) => status !== 200))
      expect(failure(lost).slice(0, 2)).toEqual([409, 'revision_conflict']);
    expect(made.length).toBeGreaterThan(0);
    revision += made.length;
    await fleet.converged();
    const last = made.map(({ body }) => body.plugin).find((plugin) => plugin.revision === revision);
    for (const n of ALL) {
      expect(await fleet.plugged(n, 'raced')).toMatchObject({ revision, config: last?.config });
      expect(await hook(fleet.api(n), 'raced')).toEqual({ answer: 'a', config: last?.config });
    }
  }
});

it('an Idempotency-Key counts on every server: one creation, one answer', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const body = { name: 'once', path: 'a.mjs', enabled: true };
  const answers = await Promise.all(ALL.map((n) => fleet.api(n).post<Changed>(PLUGINS, body, headers)));
  const made = answers.find(({ status }) => status === 201);
  for (const answer of answers)
    if (answer.status === 201) expect(answer.text).toBe(made?.text);
    else expect(failure(answer).slice(0, 2)).toEqual([409, 'idempotency_in_progress']);
  for (const n of ALL) {
    const again = await fleet.api(n).post(PLUGINS, body, headers);
    expect([again.status, again.text]).toEqual([201, made?.text]);
  }
  const audit = await fleet.api(0).get<{ count: number }>('/api/audit?target=once');
  expect(audit.body.count).toBe(1);
});

it('a key that is revoked on one server is dead on all', async () => {
  const made = await fleet.api(0).post<{ id: string; key: string }>('/api/auth/virtual-keys', {
    name: 'short-lived',
  });
  const whoami = (n: number): Promise<number> =>
    fleet
      .server(n)
      .client(made.body.key)
      .get('/api/auth/whoami')
      .then(({ status }) => status);
  expect(await Promise.all(ALL.map(whoami))).toEqual([200, 200, 200]);
  await fleet.api(1).delete(`/api/auth/virtual-keys/${made.body.id}`);
  await eventually(async () => expect(await Promise.all(ALL.map(whoami))).toEqual([401, 401, 401]), 2_000);
});

it('a server that is killed while it reloads a plugin leaves the old one, on record and running', async () => {
  let begun = (): void => undefined;
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const origin = await httpOrigin(() => begun());
  const source = `${answering('slow')}
    import { get } from 'node:http';
    export const started = process.env.HOLD && new Promise(() => get(process.env.HOLD));
    if (process.env.HOLD) await started;`;
  await fleet.plugin('slow.mjs', source);
  await fleet
    .api(0)
    .post(PLUGINS + WAIT, { name: 'slow', path: 'slow.mjs', enabled: true, config: { n: 1 } });
  const reload = fleet
    .api(0)
    .put(at('slow'), { config: { HOLD: origin.url } })
    .then(
      () => 'answered',
      () => 'broken off',
    );
  await beginning;
  await fleet.server(0).end('SIGKILL');
  expect(await reload).toBe('broken off');
  await fleet.start(0);
  await fleet.converged(1);
  for (const n of ALL) {
    expect(await fleet.plugged(n, 'slow')).toMatchObject({ revision: 1, config: { n: 1 } });
    expect(await hook(fleet.api(n), 'slow')).toEqual({ answer: 'slow', config: { n: 1 } });
  }
  // Nothing of the killed server stands in the way of the next change.
  expect(
    (await fleet.api(1).put<FleetChanged>(at('slow') + WAIT, { config: { n: 2 } })).body.fleet.converged,
  ).toBe(true);
  await origin.close();
});

it('a plugin that crashes on one server only is quarantined there, runs elsewhere, and is mended by a change', async () => {
  await fleet.plugin(
    'fragile.mjs',
    `export const getName = () => 'Fragile';
     export const preLLMHook = (context, { crash }) => (crash ? process.exit(1) : { answer: 'whole' });`,
  );
  await fleet.api(0).post(PLUGINS + WAIT, { name: 'fragile', path: 'fragile.mjs', enabled: true });
  await eventually(async () => {
    await hook(fleet.api(1), 'fragile', { crash: true }).catch(() => undefined);
    expect((await fleet.plugged(1, 'fragile')).status.logs.join()).toContain('quarantined');
  }, 60_000);
  await eventually(async () => {
    const { converged, instances } = await fleet.instances('fragile', 2);
    expect(converged).toBe(false);
    const states = instances.map(({ nodeName, state, status }) => [nodeName, state, status]);
    expect(states.sort()).toEqual([
      ['node-0', 'converged', 'active'],
      ['node-1', 'failed', 'error'],
      ['node-2', 'converged', 'active'],
    ]);
  });
  for (const n of [0, 2]) expect(await hook(fleet.api(n), 'fragile')).toEqual({ answer: 'whole' });
  const mended = await fleet.api(2).put<FleetChanged>(at('fragile') + WAIT, { enabled: true });
  expect(mended.body.fleet.converged).toBe(true);
  expect(await hook(fleet.api(1), 'fragile')).toEqual({ answer: 'whole' });
});

it('a server whose clock jumps stays in the fleet, keeps its jobs and works on', async () => {
  const preload = new URL('../support/jumping-clock.js', import.meta.url).href;
  await fleet.server(2).end('SIGTERM');
  await fleet.start(2, { NODE_OPTIONS: `--import=${preload}` });
  const made = await fleet.api(0).post<{ id: string; key: string }>('/api/auth/virtual-keys', {
    name: 'over-jumps',
  });
  const hoursAhead = async (): Promise<number> => {
    const { body } = await fleet.api(2).put<Changed>(at('once'), { enabled: true });
    return Math.round((Date.parse(body.plugin.updatedAt) - Date.now()) / 3_600_000);
  };
  for (const [jump, n] of [1, -1].entries()) {
    fleet.server(2).process.kill('SIGUSR2');
    await eventually(async () => expect(await hoursAhead()).toBe(n));
    const put = await fleet.api(2).put<FleetChanged>(at('raced') + WAIT, { config: { jump } });
    expect(put.body.fleet.converged).toBe(true);
    const other = await fleet.api(0).put<FleetChanged>(at('raced') + WAIT, { config: { by: 'other', jump } });
    expect(other.body.fleet.converged).toBe(true);
    expect(await hook(fleet.api(2), 'raced')).toMatchObject({ config: { by: 'other', jump } });
    expect((await fleet.server(2).client(made.body.key).get('/api/auth/whoami')).status).toBe(200);
    expect(await fleet.node(2)).toMatchObject({ state: 'live' });
  }
  await fleet.api(0).delete(`/api/auth/virtual-keys/${made.body.id}`);
  await eventually(async () =>
    expect((await fleet.server(2).client(made.body.key).get('/api/auth/whoami')).status).toBe(401),
  );
});
