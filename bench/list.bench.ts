import { bareAnswer, compare, COMPARISON, pinned, withBare } from './support/bare.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import type { Answer } from './support/http-client.js';
import { BenchServer } from './support/server.js';
import { printTable } from './table.js';

export const title = 'Authenticated GET /api/plugins with 100 plugins, against a bare node:http server';

const PLUGINS = 100;
const ROUNDS = 15;
const ROUND_MS = 300;
const CONNECTIONS = 32;

interface Case {
  name: string;
  headers: Record<string, string>;
}

export async function run(): Promise<void> {
  await BenchServer.use(async (server) => {
    await server.plugin('listed.mjs', `export const getName = () => 'listed';`);
    for (let i = 0; i < PLUGINS; i++) await server.create(`listed-${i}`, 'listed.mjs', false);
    const cases = await casesOf(server);
    const answers = await Promise.all(cases.map(({ headers }) => answerTo(server, headers)));
    await withBare(answers.map(bareAnswer), async (bare) => {
      const ours = { pid: server.pid, url: server.url };
      const place = pinned(ours, bare);
      const rows: (string | number)[][] = [];
      for (const [i, { name, headers }] of cases.entries()) {
        const asked = { headers, connections: CONNECTIONS, milliseconds: ROUND_MS };
        const figures = await compare(
          { ...ours, ...asked, path: '/api/plugins' },
          { ...bare, ...asked, path: `/${i}` },
          ROUNDS,
        );
        rows.push([name, answers[i]?.body.length ?? 0, ...figures]);
      }
      printTable(['answer', 'bytes', ...COMPARISON], rows);
      note(
        `${CONNECTIONS} connections, medians of ${ROUNDS} rounds in turns. ${ENVIRONMENT_NOTE}`,
        "µs: processor time of the server's main thread an answer; it stands when the machine is busy with other things.",
        place,
      );
    });
  });
}

async function casesOf(server: BenchServer): Promise<Case[]> {
  const created = await server.http.expect(201, 'POST', '/api/auth/virtual-keys', { name: 'bench' });
  const { key } = JSON.parse(created.body.toString()) as { key: string };
  const jwt = { authorization: `Bearer ${server.token}` };
  const virtualKey = { authorization: `Bearer ${key}` };
  const { rawHeaders } = await server.http.expect(200, 'GET', '/api/plugins');
  const etag = rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'etag') + 1] ?? '';
  const seen = { 'if-none-match': etag };
  return [
    { name: '200 plain, HS256 JWT', headers: jwt },
    { name: '200 gzip, HS256 JWT', headers: { ...jwt, 'accept-encoding': 'gzip' } },
    { name: '200 gzip, virtual key', headers: { ...virtualKey, 'accept-encoding': 'gzip' } },
    { name: '304, HS256 JWT', headers: { ...jwt, ...seen } },
    { name: '304, virtual key', headers: { ...virtualKey, ...seen } },
  ];
}

function answerTo(server: BenchServer, headers: Record<string, string>): Promise<Answer> {
  const status = 'if-none-match' in headers ? 304 : 200;
  return server.http.expect(status, 'GET', '/api/plugins', undefined, headers);
}
