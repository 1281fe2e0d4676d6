import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pin, processorTime } from './support/cores.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { load } from './support/load.js';
import type { RawAnswer } from './support/raw-server.js';
import { BenchServer } from './support/server.js';
import { summarize } from './stats.js';
import { printTable } from './table.js';

export const title = 'Authenticated GET /api/plugins with 100 plugins, against a bare node:http server';

const PLUGINS = 100;
const ROUNDS = 15;
const ROUND_MS = 300;
const CONNECTIONS = 32;
const PROGRAM = fileURLToPath(new URL('./support/raw-server.js', import.meta.url));

interface Case {
  name: string;
  headers: Record<string, string>;
}

export async function run(): Promise<void> {
  await BenchServer.use(async (server) => {
    await server.plugin('listed.mjs', `export const getName = () => 'listed';`);
    for (let i = 0; i < PLUGINS; i++) await server.create(`listed-${i}`, 'listed.mjs', false);
    const cases = await casesOf(server);
    const answers = await Promise.all(cases.map(({ headers }) => answerOf(server, headers)));
    const raw = fork(PROGRAM);
    try {
      raw.send(answers);
      const [port] = (await once(raw, 'message')) as [number];
      const pinned = [pin(server.pid, 0), pin(raw.pid ?? 0, 0), pin(process.pid, 1)].every(Boolean);
      const ours = { pid: server.pid, url: server.url };
      const measured = await measure(cases, ours, { pid: raw.pid ?? 0, url: `http://127.0.0.1:${port}` });
      const rows = cases.map(({ name }, i) => [name, answers[i]?.size ?? 0, ...(measured[i] ?? [])]);
      printTable(['answer', 'bytes', 'ours/s', 'bare/s', 'ratio', 'ours µs', 'bare µs', 'CPU ratio'], rows);
      note(
        `${CONNECTIONS} connections, medians of ${ROUNDS} rounds in turns. ${ENVIRONMENT_NOTE}`,
        "µs: processor time of the server's main thread an answer; it stands when the machine is busy with other things.",
        pinned ? 'Servers on core 0, load on core 1.' : 'Not bound to cores: there is no taskset.',
      );
    } finally {
      await end(raw);
    }
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

/** The answer as the bare server is to give it: with every header but those that Node itself adds. */
async function answerOf(
  server: BenchServer,
  headers: Record<string, string>,
): Promise<RawAnswer & { size: number }> {
  const status = 'if-none-match' in headers ? 304 : 200;
  const { rawHeaders, body } = await server.http.expect(status, 'GET', '/api/plugins', undefined, headers);
  const own = new Set(['date', 'connection', 'keep-alive']);
  const kept = rawHeaders.filter((_, i) => !own.has((rawHeaders[i - (i % 2)] ?? '').toLowerCase()));
  return { status, headers: kept, body: body.toString('base64'), size: body.length };
}

interface Target {
  pid: number;
  url: string;
}

/**
 * Answers a second of ours and of the bare server, and the median of their ratios: a ratio is of two neighbouring
 * rounds, so that what else the machine does meanwhile falls on both. Then the same for processor time. A row a case.
 */
async function measure(cases: readonly Case[], ours: Target, bare: Target): Promise<number[][]> {
  const results: number[][] = [];
  for (const [i, { headers }] of cases.entries()) {
    const rounds: [own: Rate, raw: Rate][] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const own = await rate(ours, '/api/plugins', headers);
      const raw = await rate(bare, `/${i}`, headers);
      if (round >= 0) rounds.push([own, raw]);
    }
    const median = (pick: (own: Rate, raw: Rate) => number): number =>
      summarize(rounds.map(([own, raw]) => pick(own, raw))).p50;
    results.push([
      median((own) => own.perSecond),
      median((_, raw) => raw.perSecond),
      median((own, raw) => own.perSecond / raw.perSecond),
      median((own) => own.microseconds),
      median((_, raw) => raw.microseconds),
      median((own, raw) => raw.microseconds / own.microseconds),
    ]);
  }
  return results;
}

interface Rate {
  perSecond: number;
  /** Processor time of the main thread, an answer. */
  microseconds: number;
}

async function rate({ pid, url }: Target, path: string, headers: Record<string, string>): Promise<Rate> {
  const before = await processorTime(pid);
  const started = performance.now();
  const perSecond = await load({ url, path, headers, connections: CONNECTIONS, milliseconds: ROUND_MS });
  const answers = (perSecond * (performance.now() - started)) / 1_000;
  return { perSecond, microseconds: ((await processorTime(pid)) - before) / answers };
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill();
  await exited;
}
