import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openPostgres, type Opened, postmasterPid } from '../support/embedded.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetChanged, WAIT } from '../support/fleet.js';
import { PersistentClient } from '../support/persistent-client.js';
import { answering, at, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { Wire } from '../support/wire.js';

const SERVERS = [0, 1];
const LIMITS = { DATABASE_TIMEOUT: '2000' };

it('a server whose connections hang is waited for until it counts as dead, and catches up when they work', async () => {
  const database: TestDatabase = await createTestDatabase();
  const wire = await Wire.to(database.url);
  const fleet = await Fleet.open(1, LIMITS, database.url);
  await fleet.plugin('a.mjs', answering('a'));
  await fleet.start(1, { DATABASE_URL: wire.url });
  const [near, far] = [fleet.server(0).client(), fleet.server(1).client()];
  await near.post(PLUGINS + WAIT, { name: 'p', path: 'a.mjs', enabled: true });
  wire.silence();
  const changed = await near.put<FleetChanged>(`${at('p')}?wait=all&waitSeconds=60`, { config: { n: 1 } });
  // Dead by then: it is not among those that were waited for.
  expect(changed.body.fleet).toMatchObject({ converged: true, nodes: [{ nodeName: 'node-0' }] });
  expect((await fleet.nodes()).map(({ name, state }) => [name, state]).sort()).toEqual([
    ['node-0', 'live'],
    ['node-1', 'dead'],
  ]);
  expect((await far.get(at('p'))).status).toBe(503);
  wire.mend();
  await eventually(async () => expect(await fleet.node(1)).toMatchObject({ state: 'live' }), 30_000);
  await fleet.converged();
  expect(await hook(far, 'p')).toMatchObject({ config: { n: 1 } });
  await fleet.close();
  await wire.close();
  await database.drop();
});

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let opened: Opened;
let fleet: Fleet;
beforeAll(async () => {
  folder = await temporaryFolder();
  opened = await openPostgres(folder.path);
  fleet = await Fleet.open(SERVERS.length, LIMITS, opened.postgres.url);
  await fleet.plugin('a.mjs', answering('a'));
});
afterAll(async () => {
  await fleet.close();
  await opened.close();
  await folder.remove();
});

/** Counts up as often as it can; answers how often that was confirmed. */
async function count(n: number, signal: AbortSignal): Promise<number> {
  const { url, token } = fleet.server(n);
  const client = new PersistentClient(url, token);
  const id = `counter-${n}`;
  const body = { name: id, path: 'a.mjs', enabled: true, config: { count: 0 } };
  expect((await client.send('POST', PLUGINS, body)).status).toBe(201);
  for (let confirmed = 0; ;) {
    if (signal.aborted) return confirmed;
    const { body: plugin } = await client.send<PluginDto>('GET', at(id));
    const headers = { 'if-match': `"r${plugin.revision}.x"` };
    const { status } = await client.send('PUT', at(id), { config: { count: confirmed + 1 } }, headers);
    // 412: the answer to the first try was lost with the database, the second found it done.
    if (status === 200 || status === 412) confirmed++;
    else throw new Error(`${id}: ${status}`);
  }
}

it('with Postgres killed twice while both servers write, nothing confirmed is lost and nothing is done twice', async () => {
  const stop = new AbortController();
  const counters = SERVERS.map((n) => count(n, stop.signal));
  await writing(SERVERS.map(() => 1));
  for (let kill = 0; kill < 2; kill++) {
    const before = await Promise.all(SERVERS.map((n) => revision(n)));
    process.kill(await postmasterPid(folder.path), 'SIGKILL');
    // Both write again before the next kill.
    await writing(before);
  }
  stop.abort();
  const confirmed = await Promise.all(counters);
  await fleet.converged();
  for (const n of SERVERS)
    for (const by of SERVERS) {
      const api = fleet.server(by).client();
      const { body } = await api.get<PluginDto>(at(`counter-${n}`));
      expect(body).toMatchObject({ revision: (confirmed[n] ?? 0) + 1, config: { count: confirmed[n] } });
      expect(await hook(api, `counter-${n}`)).toMatchObject({ config: { count: confirmed[n] } });
    }
});

/** Resolves when every server has brought its counter further than it was. */
async function writing(before: readonly number[]): Promise<void> {
  await eventually(async () => {
    for (const n of SERVERS) expect(await revision(n)).toBeGreaterThan(before[n] ?? 0);
  }, 60_000);
}

/** Of the counter of a server, as that server says; 0 while it cannot say. */
async function revision(n: number): Promise<number> {
  const { status, body } = await fleet
    .server(n)
    .client()
    .get<PluginDto>(at(`counter-${n}`));
  return status === 200 ? body.revision : 0;
}
