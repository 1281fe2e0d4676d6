import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { privateMemory } from './support/private-memory.js';
import { BenchServer } from './support/server.js';
import type { HeldStreams } from './support/stream-holder.js';
import { sample, summarize } from './stats.js';
import { printTable } from './table.js';

export const title = 'A change of settings while nobody and while 1,000 streams of events follow';

const STREAMS = 1_000;
const ROUNDS = 3;
const CHANGES = 60;
const WARM_UP = 10;

/** @param sizes numbers of streams instead of 1,000 */
export async function run(sizes: string[]): Promise<void> {
  const counts = [0, ...(sizes.length > 0 ? sizes.map(Number) : [STREAMS])];
  const most = String(Math.max(...counts) + 1);
  const env = { STREAMS_PER_CALLER: most, STREAMS_TOTAL: most };
  await BenchServer.use((server) => measure(server, counts), env);
}

async function measure(server: BenchServer, counts: number[]): Promise<void> {
  await server.plugin('quiet.mjs', `export const getName = () => 'quiet';`);
  await server.create('quiet', 'quiet.mjs', false);
  let n = 0;
  const change = (): Promise<unknown> =>
    server.http.expect(200, 'PUT', '/api/plugins/quiet', { config: { n: n++ } });
  const times = new Map<number, number[]>(counts.map((count) => [count, []]));
  const memory = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++)
    for (const [count, all] of times)
      await holding({ url: server.url, token: server.token, count }, async () => {
        all.push(...(await sample(change, CHANGES, WARM_UP)));
        if (process.platform === 'linux') memory.set(count, await privateMemory(server.pid));
      });
  const bare = summarize(times.get(0) ?? []);
  const rows = [...times].map(([count, all]) => {
    const { min, p50, p99 } = summarize(all);
    return [count, min, p50, p99, p50 / bare.p50, p99 / bare.p99, memory.get(count) ?? 0];
  });
  printTable(['streams', 'min ms', 'median ms', 'p99 ms', 'median ratio', 'p99 ratio', 'server MiB'], rows);
  note(
    `${ROUNDS * CHANGES} changes of each, in turns; the streams end in a thread of their own. ${ENVIRONMENT_NOTE}`,
  );
}

/** Runs `work` while so many streams are open. */
async function holding(streams: HeldStreams, work: () => Promise<void>): Promise<void> {
  const holder = new Worker(new URL('support/stream-holder.js', import.meta.url), { workerData: streams });
  await once(holder, 'message');
  try {
    await work();
  } finally {
    const told = once(holder, 'message');
    holder.postMessage('close');
    await told;
    await holder.terminate();
  }
}
