import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { SMALL_PLUGIN, smallWasm } from './support/plugins.js';
import { BenchRuntime, type Format } from './support/runtime.js';
import { BenchServer } from './support/server.js';
import { emptyNode } from './support/empty-node.js';
import { sample, summarize, type Summary } from './stats.js';
import { printTable } from './table.js';

export const title = 'From the request that enables a plugin to its answer, when the plugin is active';

const ROUNDS = 30;
const WARM_UP = 3;
type Series = Record<string, number[]>;

export async function run(): Promise<void> {
  const times: Series = {};
  await BenchServer.use(async (server) => {
    await server.plugin('small.mjs', SMALL_PLUGIN);
    await server.create('small', 'small.mjs', false);
    await server.create('small-wasm', await server.copyPlugin(smallWasm()), false);
    await BenchRuntime.use(async (runtime) => {
      const runs: Record<string, () => Promise<number>> = {
        'bare node -e 0, permission flags': () => timed(() => emptyNode(false)),
        'the same with the heap flag': () => timed(() => emptyNode(true)),
        'runtime alone, JavaScript': () => start(runtime, 'javascript'),
        'runtime alone, WebAssembly': () => start(runtime, 'wasm'),
        'over HTTP, JavaScript': () => enable(server, 'small'),
        'over HTTP, WebAssembly': () => enable(server, 'small-wasm'),
      };
      for (let round = -WARM_UP; round < ROUNDS; round++)
        for (const [name, once] of Object.entries(runs)) {
          const time = await once();
          if (round >= 0) (times[name] ??= []).push(time);
        }
    });
  });
  print(times);
}

function print(times: Series): void {
  const summaries = Object.entries(times).map(([name, all]): [string, Summary] => [name, summarize(all)]);
  const bare = summaries[0]?.[1].p50 ?? 1;
  const rows = summaries.map(([name, { min, p50, p99 }]) => [name, min, p50, p99, p50 / bare]);
  printTable(['what', 'min ms', 'median ms', 'p99 ms', 'of bare node'], rows);
  note(`${ROUNDS} of each, in turns. ${ENVIRONMENT_NOTE}`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const [time = 0] = await sample(work, 1);
  return time;
}

async function enable(server: BenchServer, name: string): Promise<number> {
  const time = await timed(async () => {
    const { body } = await server.enable(name, true);
    const { plugin } = JSON.parse(body.toString()) as { plugin: { isActive: boolean } };
    if (!plugin.isActive) throw new Error(`${name} was answered but is not active`);
  });
  await server.enable(name, false);
  return time;
}

async function start(runtime: BenchRuntime, format: Format): Promise<number> {
  const time = await timed(() => runtime.start(format));
  await runtime.stop(format);
  return time;
}
