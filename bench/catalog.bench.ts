import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { entryRow } from '../src/modules/registry/catalog/catalog-entries.repository.js';
import { generatedPlugin } from '../src/modules/registry/catalog/sources/eliza.source.js';
import { TestServer } from '../test/support/server.js';
import { temporaryFolder } from '../test/support/temporary-folder.js';
import { generatedEntries, writeCatalogue } from './support/catalogue.js';
import { copyIn } from './support/copy.js';
import { openBenchDatabase } from './support/database.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { privateMemory } from './support/private-memory.js';
import { printTable, type Row } from './table.js';

export const title =
  'Refresh of a catalogue of generated entries, against COPY of the same rows; -- [SIZE...]';

const SIZES = [1_000, 100_000, 1_000_000];
const MEMORY_EVERY_MS = 250;
const LONGEST_MS = '3600000';

/** @param options sizes other than the usual, as numbers */
export async function run(options: string[]): Promise<void> {
  const rows: Row[] = [];
  for (const entries of options.length > 0 ? options.map(Number) : SIZES) rows.push(await measure(entries));
  const headings = [
    'entries',
    'COPY s',
    'first s',
    'ratio',
    'same s',
    'tenth changed s',
    'idle MiB',
    'peak MiB',
    'list ms',
  ];
  printTable(headings, rows);
  note(
    'COPY: the same rows, made in this process, into a table with the same indexes.',
    'first: all entries new. same: the file was written again with the same content. tenth changed: every tenth entry has.',
    `idle, peak: private memory of the server. list: its first 1,000 entries, read and sent. ${ENVIRONMENT_NOTE}`,
  );
}

async function measure(entries: number): Promise<Row> {
  const [database, folder] = [await openBenchDatabase(), await temporaryFolder()];
  const copy = await copySeconds(database.url, entries);
  const file = join(folder.path, 'catalogue.json');
  await writeFile(file, '{}');
  const server = await TestServer.start({
    databaseUrl: database.url,
    env: { REGISTRY_SOURCES: JSON.stringify([{ kind: 'eliza', file }]), REGISTRY_TIMEOUT: LONGEST_MS },
  });
  try {
    await refresh(server, 0);
    const idle = await privateMemory(server.process.pid ?? 0);
    const refreshes: Observed[] = [];
    for (const edition of [0, 0, 1]) {
      await writeCatalogue(file, entries, edition);
      refreshes.push(await observed(server, () => refresh(server, entries)));
    }
    const [first = 0, same = 0, changed = 0] = refreshes.map(({ seconds }) => seconds);
    const list = await observed(server, () => send(server, 'GET', '/api/registry/plugins'));
    const peak = Math.max(...refreshes.map((one) => one.peak));
    return [entries, copy, first, first / copy, same, changed, idle, peak, 1_000 * list.seconds];
  } finally {
    await server.stop();
    await database.close();
    await folder.remove();
  }
}

async function refresh(server: TestServer, entries: number): Promise<void> {
  const answer = await send(server, 'POST', '/api/registry/refresh');
  const { count } = JSON.parse(answer) as { count?: number };
  if (count !== entries) throw new Error(`a refresh came to ${answer}`);
}

/** A request that may take as long as it wants, which fetch does not permit. */
async function send(server: TestServer, method: string, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${server.token}` };
  const [response] = (await once(request(server.url + path, { method, headers }).end(), 'response')) as [
    IncomingMessage,
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

interface Observed {
  seconds: number;
  /** Largest private memory of the server meanwhile, in MiB. */
  peak: number;
}

async function observed(server: TestServer, work: () => Promise<unknown>): Promise<Observed> {
  let peak = 0;
  const look = (): void =>
    void privateMemory(server.process.pid ?? 0).then((size) => (peak = Math.max(peak, size)));
  const looks = setInterval(look, MEMORY_EVERY_MS);
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1_000;
  clearInterval(looks);
  return { seconds, peak };
}

const COLUMNS = [
  'source',
  'name',
  'folded_name',
  'priority',
  'shown',
  'kind',
  'category',
  'language',
  'supports',
]
  .concat([
    'display_name',
    'description',
    'tags',
    'npm_package',
    'version',
    'installable',
    'deprecated',
    'stars',
  ])
  .concat(['document', 'digest']);

/** Seconds that COPY takes into a table like that of the catalogue, which is dropped again. */
async function copySeconds(url: string, entries: number): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table plain (like catalog_entry including all)');
  const started = performance.now();
  await copyIn(client, `copy plain (${COLUMNS.join(', ')}) from stdin`, copyLines(entries));
  const seconds = (performance.now() - started) / 1_000;
  await client.query('drop table plain');
  await client.end();
  return seconds;
}

function* copyLines(entries: number): Generator<string> {
  for (const [name, value] of generatedEntries(entries, 0)) {
    const row = entryRow('plain', 100, generatedPlugin(name, { ...value }));
    const { source, foldedName, priority, kind, category, language, displayName, description, version } = row;
    const { npmPackage, installable, deprecated, stars, document, digest } = row;
    const who: Cell[] = [
      source,
      row.name,
      foldedName,
      priority,
      true,
      kind,
      category,
      language,
      row.supports,
    ];
    const what: Cell[] = [displayName, description, row.tags, npmPackage, version];
    const rest: Cell[] = [installable, deprecated, stars, JSON.stringify(document), digest];
    yield `${[...who, ...what, ...rest].map(cell).join('\t')}\n`;
  }
}

type Cell = string | number | boolean | null | readonly string[];

/** A value as COPY's text format has it. */
function cell(value: Cell): string {
  if (value === null) return '\\N';
  const text =
    typeof value === 'object' ? `{${value.map((one) => JSON.stringify(one)).join(',')}}` : String(value);
  return text.replaceAll('\\', '\\\\');
}
