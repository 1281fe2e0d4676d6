import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { httpOrigin } from '../test/support/origin.js';
import { temporaryFolder } from '../test/support/temporary-folder.js';
import { bareAnswer, compare, COMPARISON, pinned, type Target, withBare } from './support/bare.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { type Answer, HttpClient } from './support/http-client.js';
import { load } from './support/load.js';
import { NodeRed } from './support/node-red.js';
import { privateMemory } from './support/private-memory.js';
import { BenchServer } from './support/server.js';
import { printTable, type Row } from './table.js';

export const title = 'Requests against a bare node:http server that sends the same bytes, and Node-RED';

const SIZES = [10, 100, 1_000];
const ROUNDS = 15;
const ROUND_MS = 300;
const CONNECTIONS = 32;
const MEMORY_REQUESTS = 1_000_000;
const IDP = { issuer: 'https://idp.example', audience: 'plugboard' };
/** Where the servers run, once it is known. */
let place = '';
const NO_LIMIT = { RATE_LIMIT_TOKEN: '1000000000', RATE_LIMIT_ADDRESS: '1000000000' };

interface Case {
  name: string;
  target: Target;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  status: number;
}

/** The server, the client of an admin, and what its tokens are. */
interface World {
  server: BenchServer;
  client: HttpClient;
  tokens: { rs256: string; virtualKey: string; hs256: string };
}

export async function run(): Promise<void> {
  await withWorld(async (world) => {
    const rows: Row[] = [];
    await world.server.plugin('listed.mjs', `export const getName = () => 'listed';`);
    let made = 0;
    for (const size of SIZES) {
      for (; made < size; made++)
        await world.client.expect(201, 'POST', '/api/plugins', {
          name: `listed-${made}`,
          path: 'listed.mjs',
        });
      rows.push(...(await measure(await listCases(world, size))));
      if (size === 100) rows.push(...(await measure(await otherCases(world))), ...(await nodeRedRows()));
    }
    printTable(['request', 'bytes', 'MB/s', ...COMPARISON], rows);
    note(
      `${CONNECTIONS} connections, medians of ${ROUNDS} rounds in turns. ${ENVIRONMENT_NOTE}`,
      "µs: processor time of the server's main thread an answer; it stands when the machine is busy with other things.",
      place,
    );
    await memory(world);
  });
}

/** A server that takes an identity provider's tokens beside its own. */
async function withWorld(work: (world: World) => Promise<void>): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', kid: 'bench' }] });
  const provider = await httpOrigin((_request, response) => response.end(keys));
  const rs256 = await new SignJWT({ scope: 'admin' })
    .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
    .setIssuer(IDP.issuer)
    .setAudience(IDP.audience)
    .setSubject('bench')
    .setExpirationTime('2 h')
    .sign(privateKey);
  const env = { JWT_JWKS_URL: provider.url, JWT_ISSUER: IDP.issuer, JWT_AUDIENCE: IDP.audience, ...NO_LIMIT };
  try {
    await BenchServer.use(async (server) => {
      const client = new HttpClient(server.url, rs256);
      const key = await client.expect(201, 'POST', '/api/auth/virtual-keys', { name: 'bench' });
      const virtualKey = (JSON.parse(key.body.toString()) as { key: string }).key;
      const ofKey = { authorization: `Bearer ${virtualKey}` };
      const token = await client.expect(200, 'POST', '/api/auth/token', {}, ofKey);
      const hs256 = (JSON.parse(token.body.toString()) as { token: string }).token;
      await work({ server, client, tokens: { rs256, virtualKey, hs256 } });
      client.close();
    }, env);
  } finally {
    await provider.close();
  }
}

function get(world: World, name: string, headers: Record<string, string>, path = '/api/plugins'): Case {
  const { server, tokens } = world;
  const all = { authorization: `Bearer ${tokens.rs256}`, ...headers };
  const status = 'if-none-match' in headers ? 304 : 200;
  return { name, target: { pid: server.pid, url: server.url }, method: 'GET', path, headers: all, status };
}

async function listCases(world: World, size: number): Promise<Case[]> {
  const seen = { 'if-none-match': await etagOf(world) };
  return [
    get(world, `${size} plugins, plain`, {}),
    get(world, `${size} plugins, gzip`, { 'accept-encoding': 'gzip' }),
    get(world, `${size} plugins, 304`, seen),
  ];
}

async function otherCases(world: World): Promise<Case[]> {
  const seen = { 'if-none-match': await etagOf(world) };
  const { virtualKey, hs256 } = world.tokens;
  const change = {
    ...get(world, 'change of settings', {}, '/api/plugins/listed-0'),
    method: 'PUT',
    body: '{"config":{"greeting":"hello"}}',
  };
  return [
    get(world, '304, virtual key', { ...seen, authorization: `Bearer ${virtualKey}` }),
    get(world, '304, HS256', { ...seen, authorization: `Bearer ${hs256}` }),
    get(world, 'one plugin', {}, '/api/plugins/listed-0'),
    get(world, 'search', {}, '/api/registry/search?q=redact'),
    change,
  ];
}

async function etagOf({ client }: World): Promise<string> {
  const { rawHeaders } = await client.expect(200, 'GET', '/api/plugins');
  return rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'etag') + 1] ?? '';
}

/** Node-RED's list of what is installed, as its editor asks for it. */
async function nodeRedRows(): Promise<Row[]> {
  const folder = await temporaryFolder();
  const nodeRed = await NodeRed.start(folder.path);
  try {
    const headers = { accept: 'application/json' };
    const target = { pid: nodeRed.pid, url: nodeRed.url };
    return await measure([
      { name: 'Node-RED GET /nodes', target, method: 'GET', path: '/nodes', headers, status: 200 },
    ]);
  } finally {
    await nodeRed.stop();
    await folder.remove();
  }
}

/** A row a case, each beside a bare server that gives the same answer. */
async function measure(cases: readonly Case[]): Promise<Row[]> {
  const answers: Answer[] = [];
  for (const each of cases) answers.push(await answerOf(each));
  const rows: Row[] = [];
  await withBare(answers.map(bareAnswer), async (bare) => {
    for (const [i, { name, target, body, ...asked }] of cases.entries()) {
      const load = { ...asked, connections: CONNECTIONS, milliseconds: ROUND_MS };
      const sent = body === undefined ? load : { ...load, body };
      place = pinned(target, bare);
      const figures = await compare({ ...target, ...sent }, { ...bare, ...sent, path: `/${i}` }, ROUNDS);
      const bytes = answers[i]?.body.length ?? 0;
      rows.push([name, bytes, ((figures[0] ?? 0) * bytes) / 1e6, ...figures]);
    }
  });
  return rows;
}

async function answerOf({ target, status, method, path, body, headers }: Case): Promise<Answer> {
  const client = new HttpClient(target.url, '');
  const sent: unknown = body === undefined ? undefined : JSON.parse(body);
  const answer = await client.expect(status, method, path, sent, headers);
  client.close();
  return answer;
}

/** What a million requests leave behind. */
async function memory(world: World): Promise<void> {
  if (process.platform !== 'linux') return;
  const { target, ...what } = get(world, 'memory', { 'if-none-match': await etagOf(world) });
  const before = await privateMemory(target.pid);
  let answered = 0;
  while (answered < MEMORY_REQUESTS) {
    const { latencies } = await load({
      url: target.url,
      ...what,
      connections: CONNECTIONS,
      milliseconds: 1_000,
    });
    answered += latencies.length;
  }
  printTable(
    ['memory of the server', 'MiB'],
    [
      ['before', before],
      [`after ${answered} more requests`, await privateMemory(target.pid)],
    ],
  );
}
