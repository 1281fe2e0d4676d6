import { setTimeout } from 'node:timers/promises';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { SMALL_PLUGIN } from './support/plugins.js';
import { BenchServer } from './support/server.js';
import { summarize } from './stats.js';
import { printTable, type Row } from './table.js';

export const title = 'A restart with 0, 50 and 200 enabled plugins, with requests meanwhile';

const SIZES = [0, 50, 200];
const STARTS = 3;
/** Between two lists: readers, not a load that the starts have to share a core with. */
const PAUSE_MS = 20;

interface List {
  plugins: { isActive: boolean }[];
}

export async function run(): Promise<void> {
  await BenchServer.use(async (first) => {
    await first.plugin('small.mjs', SMALL_PLUGIN);
    const rows: Row[] = [];
    let server = first;
    let made = 0;
    for (const size of SIZES) {
      for (; made < size; made++) await server.create(`small-${made}`, 'small.mjs', true);
      const restarts: Restart[] = [];
      for (let i = 0; i < STARTS; i++) {
        const restart = await restarted(server, size);
        ({ server } = restart);
        restarts.push(restart);
      }
      rows.push([size, ...medians(restarts)]);
    }
    await server.stop();
    printTable(
      ['plugins', 'stop ms', 'serves after ms', 'all active ms later', 'list p50 ms', 'p99', 'longest'],
      rows,
    );
    note(`Medians of ${STARTS} restarts; lists are those read until all are active. ${ENVIRONMENT_NOTE}`);
  });
}

interface Restart {
  server: BenchServer;
  figures: number[];
}

async function restarted(before: BenchServer, size: number): Promise<Restart> {
  const [stop] = await timed(() => before.stop());
  const [start, server] = await timed(() => before.again());
  const latencies: number[] = [];
  const [converge] = await timed(async () => {
    while (!(await areActive(server, size, latencies))) await setTimeout(PAUSE_MS);
  });
  const { p50, p99, max } = summarize(latencies);
  return { server, figures: [stop, start, converge, p50, p99, max] };
}

function medians(restarts: readonly Restart[]): number[] {
  const [first] = restarts;
  return (first?.figures ?? []).map(
    (_, column) => summarize(restarts.map(({ figures }) => figures[column] ?? NaN)).p50,
  );
}

async function areActive(server: BenchServer, count: number, latencies: number[]): Promise<boolean> {
  const [time, { plugins }] = await timed(() => server.http.json<List>('/api/plugins'));
  latencies.push(time);
  return plugins.filter(({ isActive }) => isActive).length === count;
}

async function timed<T>(work: () => Promise<T>): Promise<[milliseconds: number, value: T]> {
  const started = performance.now();
  const value = await work();
  return [performance.now() - started, value];
}
