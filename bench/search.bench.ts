import { parseArgs } from 'node:util';
import pg from 'pg';
import { openBenchDatabase, openKeptDatabase } from './support/database.js';
import { fillCatalogue, isFilled } from './support/made-catalogue.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { BenchServer } from './support/server.js';
import { summarize } from './stats.js';
import { type Row, printTable } from './table.js';

export const title =
  'Searching a catalogue of 1,000, 100,000 and 1,000,000 made-up entries; -- [--keep] [SIZE...]';

const SIZES = [1_000, 100_000, 1_000_000];
const CALLERS = 8;
/** Queries of a kind, none of them asked twice: what is measured is finding, not remembering. */
const WARM_UP = 100;
const ALONE = 200;
const TOGETHER = 400;
const NAIVE = 5;
const NAIVE_SQL = `
select name from catalog_entry where shown and (name ilike $1 or description ilike $1)
order by stars desc limit 15`;

/** Queries of one kind. */
interface Kind {
  name: string;
  queries: string[];
}

/** Milliseconds, one a query. */
interface Times {
  alone: number[];
  together: number[];
  naive: number[];
}

/**
 * @param options sizes other than the usual, as numbers. `--keep`: in databases of their own on the server in
 * TEST_DATABASE_URL (`plugboard_bench_<size>`), which stay there and are filled only once
 */
export async function run(options: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: options,
    options: { keep: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const built: Row[] = [];
  const timed: Row[] = [];
  for (const entries of positionals.length > 0 ? positionals.map(Number) : SIZES) {
    const open = values.keep ? () => openKeptDatabase(`plugboard_bench_${entries}`) : openBenchDatabase;
    const work = async (server: BenchServer): Promise<void> => {
      if (!(await isFilled(server.databaseUrl, entries))) {
        const { fill, build, mebibytes } = await fillCatalogue(server.databaseUrl, entries);
        built.push([entries, fill, build, mebibytes]);
      }
      timed.push(...(await measure(server, entries)));
    };
    await BenchServer.use(work, {}, open);
  }
  report(built, timed);
}

function report(built: Row[], timed: Row[]): void {
  if (built.length > 0) {
    printTable(['entries', 'filled in s', 'index built in s', 'index MiB'], built);
    note('');
  }
  const together = [`p50 of ${CALLERS}`, `p99 of ${CALLERS}`];
  printTable(
    ['entries', 'query', 'p50 ms', 'p99 ms', ...together, `${CALLERS} per s`, 'ilike ms', 'times slower'],
    timed,
  );
  note(
    `Over HTTP, one caller and ${CALLERS} at once, no query twice. Beside them one ilike scan of names and descriptions.`,
    ENVIRONMENT_NOTE,
  );
}

async function measure(server: BenchServer, entries: number): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    const kinds = await queryKinds(client);
    for (const { queries } of kinds) await callers(server, queries.slice(0, WARM_UP), CALLERS);
    const rows: Row[] = [];
    const all: Times = { alone: [], together: [], naive: [] };
    for (const { name, queries } of kinds) {
      const measured = queries.slice(WARM_UP);
      const times: Times = {
        alone: await callers(server, measured.slice(0, ALONE), 1),
        together: await callers(server, measured.slice(ALONE), CALLERS),
        naive: await scans(client, measured.slice(0, NAIVE)),
      };
      rows.push([entries, name, ...figures(times)]);
      for (const key of ['alone', 'together', 'naive'] as const) all[key].push(...times[key]);
    }
    return [...rows, [entries, 'all of them', ...figures(all)]];
  } finally {
    await client.end();
  }
}

function figures(times: Times): number[] {
  const [alone, together, naive] = [times.alone, times.together, times.naive].map(summarize);
  if (!alone || !together || !naive) return [];
  const perSecond = (1_000 * CALLERS) / together.mean;
  return [alone.p50, alone.p99, together.p50, together.p99, perSecond, naive.p50, naive.p50 / alone.p50];
}

/** Sends each query once, from several callers at once. @returns milliseconds, one a query */
async function callers(server: BenchServer, queries: readonly string[], count: number): Promise<number[]> {
  const times: number[] = [];
  const left = queries.values();
  const caller = async (): Promise<void> => {
    for (const query of left) {
      const started = performance.now();
      await server.http.expect(200, 'GET', `/api/registry/search?q=${encodeURIComponent(query)}`);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: count }, caller));
  return times;
}

async function scans(client: pg.Client, queries: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const query of queries) {
    const started = performance.now();
    await client.query(NAIVE_SQL, [`%${query}%`]);
    times.push(performance.now() - started);
  }
  return times;
}

/** What people might type, taken from the entries. */
async function queryKinds(client: pg.Client): Promise<Kind[]> {
  const wanted = WARM_UP + ALONE + TOGETHER;
  const { rows } = await client.query<{ name: string; own: string; description: string }>(
    `select name, display_name as own, description from catalog_entry order by md5(name) limit ${wanted}`,
  );
  const frequent = await client.query<{ word: string }>(
    `select word from (select word from catalog_word where word not like '%=%' order by entries desc limit ${wanted}) w
     order by md5(word)`,
  );
  const words = rows.map(({ description }) => description.split(' '));
  return [
    { name: 'exact name', queries: rows.map(({ name }) => name) },
    { name: 'word of a name', queries: rows.map(({ own }) => own) },
    { name: 'beginning', queries: rows.map(({ own }) => own.slice(0, 4)) },
    { name: 'slip', queries: rows.map(({ own }) => slip(own)) },
    { name: 'two words', queries: words.map((list) => `${list[1] ?? ''} ${list[7] ?? ''}`) },
    { name: 'frequent word', queries: frequent.rows.map(({ word }) => word) },
    { name: 'no hit', queries: rows.map((_, index) => `xq${index}wjx yqq${index}`) },
  ];
}

/** Two letters in the middle change places. */
function slip(word: string): string {
  const at = Math.floor(word.length / 2);
  return word.slice(0, at - 1) + (word[at] ?? '') + (word[at - 1] ?? '') + word.slice(at + 1);
}
