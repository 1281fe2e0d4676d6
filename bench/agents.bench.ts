import { bareAnswer, compare, COMPARISON, pinned, withBare } from './support/bare.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { BenchServer } from './support/server.js';
import { printTable } from './table.js';

export const title = 'Heartbeats of agents, against a bare node:http server';

const CONNECTIONS = [1, 32, 256];
const PLUGINS = 50;
const ROUNDS = 11;
const ROUND_MS = 500;

const pathOf = (agent: number): string => `/api/v1/agents/agent-${agent}`;

export async function run(): Promise<void> {
  await BenchServer.use(async (server) => {
    const digest = await register(server, Math.max(...CONNECTIONS));
    const path = (agent: number): string => `${pathOf(agent)}/heartbeat`;
    const answer = await server.http.expect(200, 'POST', path(0), { digest });
    await withBare([bareAnswer(answer)], async (bare) => {
      const ours = { pid: server.pid, url: server.url };
      const place = pinned(ours, bare);
      const rows: number[][] = [];
      for (const connections of CONNECTIONS) {
        const headers = { authorization: `Bearer ${server.token}` };
        const asked = { headers, connections, milliseconds: ROUND_MS, body: JSON.stringify({ digest }) };
        const figures = await compare({ ...ours, ...asked, path }, { ...bare, ...asked, path: '/0' }, ROUNDS);
        rows.push([connections, ...figures]);
      }
      printTable(['agents at once', ...COMPARISON], rows);
      note(
        `Each agent has ${PLUGINS} plugins and waits for its answer, which comes when the beat is in the database.`,
        `Medians of ${ROUNDS} rounds in turns. ${ENVIRONMENT_NOTE} Postgres runs on both cores.`,
        place,
      );
    });
  });
}

/** Registers agents that run the same. @returns the digest of each of them */
async function register(server: BenchServer, count: number): Promise<string> {
  const plugins = Array.from({ length: PLUGINS }, (_, i) => ({
    name: `@bench/plugin-${i}`,
    version: '1.0.0',
  }));
  let digest = '';
  for (let agent = 0; agent < count; agent++) {
    const { body } = await server.http.expect(200, 'PUT', pathOf(agent), { name: 'bench', plugins });
    ({ digest } = JSON.parse(body.toString()) as { digest: string });
  }
  return digest;
}
