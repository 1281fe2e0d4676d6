import { setTimeout } from 'node:timers/promises';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { SMALL_PLUGIN } from './support/plugins.js';
import { BenchServer } from './support/server.js';
import { summarize } from './stats.js';
import { printTable } from './table.js';

export const title = 'A restart with 50 enabled plugins, with requests meanwhile';

const PLUGINS = 50;
/** Between two lists: readers, not a load that the starts have to share a core with. */
const PAUSE_MS = 20;

interface List {
  plugins: { isActive: boolean }[];
}

export async function run(): Promise<void> {
  await BenchServer.use(async (server) => {
    await server.plugin('small.mjs', SMALL_PLUGIN);
    for (let i = 0; i < PLUGINS; i++) await server.create(`small-${i}`, 'small.mjs', true);
    const [stop] = await timed(() => server.stop());
    const [start, second] = await timed(() => server.again());
    try {
      const latencies: number[] = [];
      const [converge] = await timed(async () => {
        while (!(await allActive(second, latencies))) await setTimeout(PAUSE_MS);
      });
      const { p50, p99, max } = summarize(latencies);
      printTable(
        ['what', 'ms'],
        [
          ['stop with 50 plugins', stop],
          ['process start until requests are served', start],
          ['from there until all 50 are active', converge],
          ['a list in that time, p50', p50],
          ['a list in that time, p99', p99],
          ['a list in that time, longest', max],
        ],
      );
      note(`${latencies.length} lists in that time. ${ENVIRONMENT_NOTE}`);
    } finally {
      await second.stop();
    }
  });
}

async function allActive(server: BenchServer, latencies: number[]): Promise<boolean> {
  const [time, { plugins }] = await timed(() => server.http.json<List>('/api/plugins'));
  latencies.push(time);
  return plugins.filter(({ isActive }) => isActive).length === PLUGINS;
}

async function timed<T>(work: () => Promise<T>): Promise<[milliseconds: number, value: T]> {
  const started = performance.now();
  const value = await work();
  return [performance.now() - started, value];
}
