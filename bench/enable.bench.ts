import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { guestEnvironment } from '../src/config.js';
import { type GuestSpec, type Limits, PluginRuntime } from '../src/runtime/host/index.js';
import { emptyNode, worldFolder } from './support/spawned.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { SMALL_PLUGIN, smallWasm } from './support/plugins.js';
import { BenchServer } from './support/server.js';
import { sample, summarize, type Summary } from './stats.js';
import { printTable } from './table.js';

export const title = 'From the request that enables a plugin to its answer, when the plugin is active';

const ROUNDS = 30;
const WARM_UP = 3;
const LIMITS: Limits = {
  heapMb: 64,
  memoryMb: 512,
  startMs: 15_000,
  callMs: 10_000,
  stopMs: 3_000,
  heartbeatMs: 5_000,
};

type Series = Record<string, number[]>;

export async function run(): Promise<void> {
  const times: Series = {};
  await BenchServer.use(async (server) => {
    await server.plugin('small.mjs', SMALL_PLUGIN);
    await server.create('small', 'small.mjs', false);
    await server.create('small-wasm', await server.copyPlugin(smallWasm()), false);
    await inRuntime(async (start) => {
      const runs: Record<string, () => Promise<number>> = {
        'bare node -e 0, permission flags': () => timed(() => emptyNode(false)),
        'the same with the heap flag': () => timed(() => emptyNode(true)),
        'runtime alone, JavaScript': () => start('js'),
        'runtime alone, WebAssembly': () => start('wasm'),
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

/** The runtime without server and database: prepare and adopt, as a change does. */
async function inRuntime(
  work: (start: (format: 'js' | 'wasm') => Promise<number>) => Promise<void>,
): Promise<void> {
  const { root, dataDir, remove } = await worldFolder();
  const js = join(root, 'small.mjs');
  const wasm = join(root, 'wasm', 'small.wasm');
  await writeFile(js, SMALL_PLUGIN);
  await mkdir(dirname(wasm));
  await cp(smallWasm(), wasm);
  const runtime = new PluginRuntime({
    dataDir,
    limits: LIMITS,
    environment: guestEnvironment(),
    uidBase: process.getuid?.() === 0 ? 50_000 : null,
    guestProgram: fileURLToPath(new URL('../src/runtime/guest/main.js', import.meta.url)),
  });
  const spec = (format: 'js' | 'wasm'): GuestSpec => ({
    pluginId: format,
    slot: format === 'js' ? 1 : 2,
    name: format,
    path: format === 'js' ? js : wasm,
    roots: [root],
    config: {},
    env: {},
    configured: true,
    secrets: [],
  });
  try {
    await work(async (format) => {
      const time = await timed(async () => (await runtime.prepare(spec(format))).adopt(1));
      await runtime.stop(format, 'disabled');
      return time;
    });
  } finally {
    await runtime.stopAll();
    await remove();
  }
}
