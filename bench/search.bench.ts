import pg from 'pg';
import { type Filled, fillCatalogue } from './support/made-catalogue.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { BenchServer } from './support/server.js';
import { summarize } from './stats.js';
import { type Row, printTable } from './table.js';

export const title = 'Searching a catalogue of 1,000, 100,000 and 1,000,000 made-up entries';

const SIZES = [1_000, 100_000, 1_000_000];
const CALLERS = 8;
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

/** @param options sizes other than the usual, as numbers */
export async function run(options: string[]): Promise<void> {
  const sizes = options.length > 0 ? options.map(Number) : SIZES;
  const built: Row[] = [];
  const timed: Row[] = [];
  for (const entries of sizes)
    await BenchServer.use(async (server) => {
      const { fill, build, mebibytes }: Filled = await fillCatalogue(server.databaseUrl, entries);
      built.push([entries, fill, build, mebibytes]);
      timed.push(...(await measure(server, entries)));
    });
  printTable(['entries', 'filled in s', 'index built in s', 'index MiB'], built);
  note('');
  printTable(
    [
      'entries',
      'query',
      'p50 ms',
      'p99 ms',
      `p50 of ${CALLERS}`,
      `p99 of ${CALLERS}`,
      'ilike ms',
      'times slower',
    ],
    timed,
  );
  note(`Over HTTP, one caller and ${CALLERS} at once. Beside them one ilike scan of names and descriptions.`);
  note(ENVIRONMENT_NOTE);
}

async function measure(server: BenchServer, entries: number): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    const kinds = await queryKinds(client);
    for (const { queries } of kinds) await callers(server, queries, 1, queries.length);
    const rows: Row[] = [];
    for (const { name, queries } of kinds) {
      const alone = summarize(await callers(server, queries, 1, ALONE));
      const together = summarize(await callers(server, queries, CALLERS, TOGETHER));
      const naive = summarize(await scans(client, queries.slice(0, NAIVE))).p50;
      rows.push([entries, name, alone.p50, alone.p99, together.p50, together.p99, naive, naive / alone.p50]);
    }
    return rows;
  } finally {
    await client.end();
  }
}

/** Sends queries in turns from several callers at once. @returns milliseconds, one a query */
async function callers(
  server: BenchServer,
  queries: string[],
  count: number,
  total: number,
): Promise<number[]> {
  const times: number[] = [];
  let sent = 0;
  const caller = async (): Promise<void> => {
    while (sent < total) {
      const query = queries[sent++ % queries.length] ?? '';
      const started = performance.now();
      await server.http.expect(200, 'GET', `/api/registry/search?q=${encodeURIComponent(query)}`);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: count }, caller));
  return times;
}

async function scans(client: pg.Client, queries: string[]): Promise<number[]> {
  const times: number[] = [];
  for (const query of queries) {
    const started = performance.now();
    await client.query(NAIVE_SQL, [`%${query}%`]);
    times.push(performance.now() - started);
  }
  return times;
}

/** What people might type, taken from the entries; 50 of a kind. */
async function queryKinds(client: pg.Client): Promise<Kind[]> {
  const { rows } = await client.query<{ name: string; own: string; description: string }>(
    `select name, display_name as own, description from catalog_entry order by md5(name) limit 50`,
  );
  const frequent = await client.query<{ word: string }>(
    `select word from catalog_word where word not like '%=%' order by entries desc limit 50`,
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
