import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { SMALL_PLUGIN, smallWasm } from './support/plugins.js';
import { privateMemory } from './support/private-memory.js';
import { BenchServer } from './support/server.js';
import { summarize } from './stats.js';
import { printTable, type Row } from './table.js';

export const title = 'Private memory of the server and of what a plugin adds';

const EACH = 10;
/** Time for spares to be started and to come to rest. */
const SETTLE_MS = 3_000;

export async function run(): Promise<void> {
  if (process.platform !== 'linux') {
    note('Only Linux tells private memory apart.');
    return;
  }
  const rows: Row[] = [];
  await BenchServer.use(
    async (server) => {
      rows.push(['idle server', 1, await privateMemory(server.pid)]);
      await server.plugin('small.mjs', SMALL_PLUGIN);
      rows.push(['one JavaScript plugin', EACH, await added(server, 'small.mjs')]);
      rows.push(['one WebAssembly plugin', EACH, await added(server, await server.copyPlugin(smallWasm()))]);
      rows.push([`server with ${2 * EACH} plugins`, 1, await privateMemory(server.pid)]);
    },
    { GUEST_SPARES: '0' },
  );
  await BenchServer.use(
    async (server) => {
      await server.plugin('small.mjs', SMALL_PLUGIN);
      rows.push(['one spare', EACH, await waiting(server)]);
    },
    { GUEST_SPARES: String(EACH) },
  );
  printTable(['what', 'processes', 'median MiB'], rows);
  note(`Private_Clean and Private_Dirty of smaps_rollup. ${ENVIRONMENT_NOTE}`);
}

/** Median private memory of the processes that wait for plugins. */
async function waiting(server: BenchServer): Promise<number> {
  const before = new Set(await childrenOf(server.pid));
  for (let i = 0; i < EACH; i++) await server.create(`small-${i}`, 'small.mjs', false);
  await setTimeout(SETTLE_MS);
  return ofNew(server, before);
}

/** Median private memory of the processes that enabled plugins of one file get. */
async function added(server: BenchServer, path: string): Promise<number> {
  const before = new Set(await childrenOf(server.pid));
  for (let i = 0; i < EACH; i++) await server.create(`${path.replace('.', '-')}-${i}`, path, true);
  return ofNew(server, before);
}

async function ofNew(server: BenchServer, before: ReadonlySet<number>): Promise<number> {
  const own = (await childrenOf(server.pid)).filter((pid) => !before.has(pid));
  if (own.length !== EACH) throw new Error(`${EACH} plugins have ${own.length} processes`);
  return summarize(await Promise.all(own.map(privateMemory))).p50;
}

async function childrenOf(parent: number): Promise<number[]> {
  const threads = await readdir(`/proc/${parent}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${parent}/task/${thread}/children`, 'utf8')),
  );
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}
