import { temporaryFolder } from '../test/support/temporary-folder.js';
import { bareAnswer, compare, COMPARISON, pinned, type Target, withBare } from './support/bare.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { type Answer, HttpClient } from './support/http-client.js';
import { type Case, HttpWorld } from './support/http-world.js';
import { load, type Load } from './support/load.js';
import { NodeRed } from './support/node-red.js';
import { privateMemory } from './support/private-memory.js';
import { printTable, type Row } from './table.js';

export const title = 'Requests against a bare node:http server that sends the same bytes, and Node-RED';

const PARTS = { lists, reads, writes, 'node-red': nodeRed, memory };
const SIZES = [10, 100, 1_000];
const ROUNDS = 15;
const ROUND_MS = 300;
const CONNECTIONS = 32;
const WARM_UP_REQUESTS = 100_000;
const MEMORY_REQUESTS = 1_000_000;
const HEADINGS = ['request', 'bytes', 'MB/s', ...COMPARISON];
const [BYTES, MEGABYTES, RATIO] = ['bytes', 'MB/s', 'ratio'].map((heading) => HEADINGS.indexOf(heading)) as [
  number,
  number,
  number,
];

/** @param options parts to run instead of all of them */
export async function run(options: string[]): Promise<void> {
  const unknown = options.filter((name) => !(name in PARTS));
  if (unknown.length > 0)
    throw new Error(`No such part: ${unknown.join(', ')}. There are: ${Object.keys(PARTS).join(', ')}.`);
  let place = '';
  for (const [name, part] of Object.entries(PARTS)) {
    if (options.length > 0 && !options.includes(name)) continue;
    await HttpWorld.use(async (world) => {
      place = pinned(world.target);
      await part(world);
    });
    note('');
  }
  note(
    `${CONNECTIONS} connections, medians of ${ROUNDS} rounds in turns. ${ENVIRONMENT_NOTE} ${place}`,
    'µs: processor time of the server, all its threads, an answer. busy: how much of its core it had; where that is',
    'well below 100, the load or the database was slower than the server.',
  );
}

async function lists(world: HttpWorld): Promise<void> {
  const rows: Row[] = [];
  for (const size of SIZES) {
    await world.grow(size);
    const seen = { 'if-none-match': await world.etagOf() };
    rows.push(
      ...(await measure([
        world.get(`${size} plugins, plain`),
        world.get(`${size} plugins, gzip`, { 'accept-encoding': 'gzip' }),
        world.get(`${size} plugins, 304`, seen),
      ])),
    );
  }
  printTable(HEADINGS, rows);
}

async function reads(world: HttpWorld): Promise<void> {
  await world.grow(100);
  const seen = { 'if-none-match': await world.etagOf() };
  const one = { path: '/api/plugins/listed-0' };
  const { virtualKey, hs256 } = world.tokens;
  const rows = await measure([
    world.get('304, RS256', seen),
    world.get('304, HS256', { ...seen, authorization: `Bearer ${hs256}` }),
    world.get('304, virtual key', { ...seen, authorization: `Bearer ${virtualKey}` }),
    world.get('one plugin', one),
    world.get('one plugin, 304', { ...one, 'if-none-match': await world.etagOf(one.path) }),
    world.get('filtered list, 10 of 100', { path: '/api/plugins?limit=10' }),
    world.get('search', { path: '/api/registry/search?q=redact' }),
  ]);
  printTable(HEADINGS, rows);
}

/** A change a request, each connection of a plugin of its own; none of them runs, so nothing is reloaded. */
async function writes(world: HttpWorld): Promise<void> {
  await world.grow(CONNECTIONS);
  let changes = 0;
  const change: Case = {
    ...world.get('change of settings'),
    method: 'PUT',
    path: (connection) => `/api/plugins/listed-${connection}`,
    body: () => JSON.stringify({ config: { greeting: `hello ${changes++}` } }),
  };
  const same = { ...change, name: 'the same settings', body: () => '{"config":{"greeting":"hello"}}' };
  printTable(HEADINGS, await measure([change, same]));
}

/** The list of what is installed, ours and Node-RED's as its editor asks for it: neither of them compressed. */
async function nodeRed(world: HttpWorld): Promise<void> {
  await world.grow(100);
  const folder = await temporaryFolder();
  const other = await NodeRed.start(folder.path);
  try {
    const headers = { accept: 'application/json' };
    const asked = { method: 'GET', path: () => '/nodes', headers, status: 200 };
    const ours = world.get('100 plugins, plain');
    const theirs: Case = { name: 'Node-RED GET /nodes', target: other, ...asked };
    const rows = await measure([ours, theirs]);
    const [perSecond = NaN] = (await compare(loadOf(ours), loadOf(theirs), ROUNDS)).slice(2);
    printTable(HEADINGS, rows);
    const factor = (column: number): number => Number(rows[0]?.[column]) / Number(rows[1]?.[column]);
    const times = (number: number): string => number.toFixed(1);
    note(
      `Of the list of 100, ${times(perSecond * factor(BYTES))} times as many bytes a second as of Node-RED's (in turns with it;`,
      `${times(factor(MEGABYTES))} by the table), ${times(perSecond)} times as many answers, ${times(factor(RATIO))} times the ratio to the bare server.`,
    );
  } finally {
    await other.stop();
    await folder.remove();
  }
}

/** A row a case, each beside a bare server that gives the same answer. */
async function measure(cases: readonly Case[]): Promise<Row[]> {
  const answers: Answer[] = [];
  for (const each of cases) answers.push(await answerOf(each));
  const rows: Row[] = [];
  await withBare(answers.map(bareAnswer), async (bare) => {
    for (const [i, each] of cases.entries()) {
      pinned(each.target, bare);
      const asked = loadOf(each);
      const figures = await compare(asked, { ...asked, ...bare, path: `/${i}` }, ROUNDS);
      const bytes = answers[i]?.body.length ?? 0;
      rows.push([each.name, bytes, ((figures[0] ?? 0) * bytes) / 1e6, ...figures]);
    }
  });
  return rows;
}

function loadOf({ target, name: _, ...asked }: Case): Target & Load {
  return { ...target, ...asked, connections: CONNECTIONS, milliseconds: ROUND_MS };
}

async function answerOf({ target, status, method, path, body, headers }: Case): Promise<Answer> {
  const client = new HttpClient(target.url, '');
  const sent: unknown = body && JSON.parse(body(0));
  const answer = await client.expect(status, method, path(0), sent, headers);
  client.close();
  return answer;
}

/** What a server takes that has just started, and what a million requests leave behind. */
async function memory(world: HttpWorld): Promise<void> {
  if (process.platform !== 'linux') return;
  const { pid } = world.target;
  const idle = await privateMemory(pid);
  await world.grow(100);
  const grown = await privateMemory(pid);
  const warmed = await ask(world, WARM_UP_REQUESTS);
  const before = await privateMemory(pid);
  const answered = await ask(world, MEMORY_REQUESTS);
  printTable(
    ['memory of the server', 'MiB'],
    [
      ['idle', idle],
      ['with 100 plugins, none of them enabled', grown],
      [`after ${warmed} requests`, before],
      [`after ${answered} more`, await privateMemory(pid)],
    ],
  );
}

/** Half of them for one plugin, half for the list that the client has. @returns how many it were */
async function ask(world: HttpWorld, atLeast: number): Promise<number> {
  const {
    target,
    name: _,
    status: _any,
    ...asked
  } = world.get('', { 'if-none-match': await world.etagOf() });
  const path = (connection: number): string => `/api/plugins${connection % 2 === 0 ? '' : '/listed-0'}`;
  let answered = 0;
  while (answered < atLeast) {
    const { answers } = await load({
      ...target,
      ...asked,
      path,
      connections: CONNECTIONS,
      milliseconds: 1_000,
    });
    answered += answers;
  }
  return answered;
}
