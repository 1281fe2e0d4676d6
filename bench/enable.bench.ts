import { setTimeout } from 'node:timers/promises';
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
/** Time for spares to be started and to come to rest. */
const SETTLE_MS = 300;
/** One for each plugin that is measured. */
const SPARES = 3;
type Series = Record<string, number[]>;
type Runs = Record<string, () => Promise<number>>;

export async function run(): Promise<void> {
  const times: Series = {};
  const runs: Runs = {
    'bare node -e 0, permission flags': () => timed(() => emptyNode(false)),
    'the same with the heap flag': () => timed(() => emptyNode(true)),
  };
  await withRuntimes(0, runs, async () => {
    await withRuntimes(SPARES, runs, async () => {
      for (let round = -WARM_UP; round < ROUNDS; round++)
        for (const [name, once] of Object.entries(runs)) {
          await setTimeout(SETTLE_MS);
          const time = await once();
          if (round >= 0) (times[name] ??= []).push(time);
        }
    });
  });
  print(times);
}

/** Adds what is measured of a runtime and of a server with so many spares, which last as long as `work`. */
async function withRuntimes(spares: number, runs: Runs, work: () => Promise<void>): Promise<void> {
  const how = spares > 0 ? ', spare waiting' : '';
  const server = async (bench: BenchServer): Promise<void> => {
    await bench.plugin('small.mjs', SMALL_PLUGIN);
    await bench.create('small', 'small.mjs', false);
    await bench.create('small-wasm', await bench.copyPlugin(smallWasm()), false);
    runs[`over HTTP, JavaScript${how}`] = () => enable(bench, 'small');
    runs[`over HTTP, WebAssembly${how}`] = () => enable(bench, 'small-wasm');
    await work();
  };
  const runtime = async (bench: BenchRuntime): Promise<void> => {
    runs[`runtime alone, JavaScript${how}`] = () => start(bench, 'javascript');
    runs[`runtime alone, WebAssembly${how}`] = () => start(bench, 'wasm');
    runs[`runtime alone, package of 1,000 files${how}`] = () => start(bench, 'package');
    await BenchServer.use(server, { GUEST_SPARES: String(spares) });
  };
  await BenchRuntime.use(runtime, spares);
}

function print(times: Series): void {
  const summaries = Object.entries(times).map(([name, all]): [string, Summary] => [name, summarize(all)]);
  const bare = summaries[0]?.[1].p50 ?? 1;
  const rows = summaries.map(([name, { min, p50, p99 }]) => [name, min, p50, p99, p50 / bare]);
  printTable(['what', 'min ms', 'median ms', 'p99 ms', 'of bare node'], rows);
  note(`${ROUNDS} of each, in turns, each after ${SETTLE_MS} ms of rest. ${ENVIRONMENT_NOTE}`);
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
