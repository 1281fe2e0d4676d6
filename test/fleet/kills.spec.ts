import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Fleet } from '../support/fleet.js';
import { answering, at, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { type Follower, followEvents } from '../support/followed-events.js';
import { PersistentClient } from '../support/persistent-client.js';
import { RoundRobin } from '../support/round-robin.js';

/** Seconds of load; `FLEET_LOAD_SECONDS=600` is the long form. A server is killed every twenty. */
const LOAD_S = Number(process.env['FLEET_LOAD_SECONDS'] ?? 60);
const KILL_EVERY_MS = 20_000;
const CLIENTS = 6;

/** What one client has had confirmed. */
interface Ledger {
  id: string;
  /** Value of `config.count` that the last confirmed change has set. */
  count: number;
  changes: number;
  unsure: number;
  keys: { token: string; revoked: boolean }[];
}

let fleet: Fleet;
let proxy: RoundRobin;
let events: Follower;
beforeAll(async () => {
  fleet = await Fleet.open(3);
  await fleet.plugin('a.mjs', answering('a'));
  proxy = await RoundRobin.before(() => fleet.servers.map(({ url }) => url));
  events = followEvents(proxy.url, fleet.server(0).token);
});
afterAll(async () => {
  await events.stop();
  await proxy.close();
  await fleet.close();
});

it(
  `${LOAD_S} s of changes with a server killed every 20 s lose nothing and make nothing twice`,
  async () => {
    const stop = new AbortController();
    const ends = performance.now() + LOAD_S * 1_000;
    const clients = Array.from({ length: CLIENTS }, (_, n) => work(`client-${n}`, ends));
    const killer = killEvery(KILL_EVERY_MS, stop.signal);
    const ledgers = await Promise.all(clients);
    stop.abort();
    const kills = await killer;
    await fleet.converged();
    await expectBalance(ledgers);
    const told = await events.until(fleet.server(0));
    expect(told.heard).toEqual(told.recorded);
    const [changes, unsure] = [sum(ledgers, 'changes'), sum(ledgers, 'unsure')];
    process.stdout.write(
      `${changes} changes confirmed, ${unsure} looked up after a broken answer, ${kills} kills, ${told.heard.length} events\n`,
    );
    // A busy machine may take longer to start a server than to kill it.
    expect(kills).toBeGreaterThanOrEqual(Math.max(1, Math.floor(LOAD_S / 60)));
  },
  (LOAD_S + 120) * 1_000,
);

const sum = (ledgers: Ledger[], key: 'changes' | 'unsure'): number =>
  ledgers.reduce((total, ledger) => total + ledger[key], 0);

/** Kills one server after the other without warning and starts it again. @returns how many were killed */
async function killEvery(everyMs: number, signal: AbortSignal): Promise<number> {
  const begun = performance.now();
  for (let kills = 0; ; kills++) {
    // A start that took long does not put off the kills after it.
    const pause = Math.max(0, begun + (kills + 1) * everyMs - performance.now());
    const stopped = await delay(pause, false, { signal }).catch(() => true);
    if (stopped) return kills;
    await fleet.server(kills % 3).end('SIGKILL');
    await fleet.start(kills % 3);
  }
}

/** Creates a plugin and changes it as long as there is time; looks up what became of a change without an answer. */
async function work(id: string, ends: number): Promise<Ledger> {
  const client = new PersistentClient(proxy.url, fleet.server(0).token);
  const ledger: Ledger = { id, count: 0, changes: 1, unsure: 0, keys: [] };
  const body = { name: id, path: 'a.mjs', enabled: true, config: { count: 0 } };
  const made = await client.send('POST', PLUGINS, body, { 'idempotency-key': randomUUID() });
  if (made.status !== 201) expect((await read(client, id)).revision).toBe(1);
  for (let turn = 0; performance.now() < ends; turn++) {
    if (turn % 5 === 4) await exchangeKey(client, ledger);
    else await change(client, ledger);
  }
  return ledger;
}

async function change(client: PersistentClient, ledger: Ledger): Promise<void> {
  const { revision } = await read(client, ledger.id);
  const next = ledger.count + 1;
  const { status } = await client.send(
    'PUT',
    at(ledger.id),
    { config: { count: next } },
    { 'if-match': `"r${revision}.x"` },
  );
  if (status !== 200) {
    // The answer was lost, comes from a second try that found the first one done, or the revision was read from a
    // server that the change before had not reached yet.
    ledger.unsure++;
    const { config } = await read(client, ledger.id);
    if (config?.['count'] !== next) return;
  }
  ledger.count = next;
  ledger.changes++;
}

/** Makes a virtual key; every other one is revoked at once. */
async function exchangeKey(client: PersistentClient, ledger: Ledger): Promise<void> {
  const name = `${ledger.id}-${randomUUID()}`;
  const made = await client.send<{ key: string; id: string }>('POST', '/api/auth/virtual-keys', { name });
  if (made.status !== 201) return;
  const revoked = ledger.keys.length % 2 === 1;
  if (revoked) await client.send('DELETE', `/api/auth/virtual-keys/${made.body.id}`);
  ledger.keys.push({ token: made.body.key, revoked });
}

async function read(client: PersistentClient, id: string): Promise<PluginDto> {
  const answer = await client.send<PluginDto>('GET', at(id));
  if (answer.status !== 200) throw new Error(`${id}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Every server runs what was confirmed last, as often changed as it was confirmed, and knows every revoked key. */
async function expectBalance(ledgers: Ledger[]): Promise<void> {
  for (const server of fleet.servers) {
    const api = server.client();
    for (const { id, count, changes, keys } of ledgers) {
      const { body } = await api.get<PluginDto>(at(id));
      expect([id, body.revision, body.config]).toEqual([id, changes, { count }]);
      expect(await hook(api, id)).toEqual({ answer: 'a', config: { count } });
      for (const { token, revoked } of keys.slice(-4))
        expect((await server.client(token).get('/api/auth/whoami')).status).toBe(revoked ? 401 : 200);
    }
  }
  const api = fleet.server(0).client();
  for (const { id, changes } of ledgers) {
    let rows = 0;
    let cursor: string | null = null;
    do {
      const page: { count: number; nextCursor: string | null } = (
        await api.get<{ count: number; nextCursor: string | null }>(
          `/api/audit?target=${id}&limit=500${cursor === null ? '' : `&cursor=${cursor}`}`,
        )
      ).body;
      rows += page.count;
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect([id, rows]).toEqual([id, changes]);
  }
}
