import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchServer } from './support/server.js';
import { note } from './support/environment.js';
import { printTable } from './table.js';

export const title = 'How good the answers of the search are: -- --catalog FILE, a generated-registry.json';

const EXPECTED = new URL('../../test/fixtures/search-relevance.json', import.meta.url);
const LOOKED_AT = 10;

interface Asked {
  query: string;
  expected: string[];
  found: string[];
  /** Place of the first name that is expected, from 1; none: Infinity. */
  place: number;
}

/** @param options `--catalog FILE`: a catalogue file of the ElizaOS community */
export async function run(options: string[]): Promise<void> {
  const { values } = parseArgs({ args: options, options: { catalog: { type: 'string' } } });
  if (values.catalog === undefined) {
    note('Left out: name a catalogue file with -- --catalog FILE.');
    return;
  }
  const file = resolve(values.catalog);
  const queries = JSON.parse(await readFile(EXPECTED, 'utf8')) as Record<string, string[]>;
  const sources = JSON.stringify([{ kind: 'eliza', file, label: 'file' }]);
  await BenchServer.use(
    async (server) => {
      await server.http.expect(200, 'POST', '/api/registry/refresh', {});
      const asked: Asked[] = [];
      for (const [query, expected] of Object.entries(queries)) asked.push(await ask(server, query, expected));
      report(asked);
    },
    { REGISTRY_SOURCES: sources },
  );
}

async function ask(server: BenchServer, query: string, expected: string[]): Promise<Asked> {
  const { results } = await server.http.json<{ results: { name: string }[] }>(
    `/api/registry/search?limit=${LOOKED_AT}&q=${encodeURIComponent(query)}`,
  );
  const found = results.map(({ name }) => name);
  const at = found.findIndex((name) => expected.includes(name));
  return { query, expected, found, place: at === -1 ? Infinity : at + 1 };
}

function report(asked: Asked[]): void {
  const within = (place: number): number => asked.filter((one) => one.place <= place).length / asked.length;
  const reciprocal = asked.reduce((sum, { place }) => sum + 1 / place, 0) / asked.length;
  printTable(
    ['queries', 'right at 1', 'right within 3', 'mean reciprocal rank'],
    [[asked.length, within(1), within(3), reciprocal]],
  );
  const missed = asked.filter(({ place }) => place > 1);
  if (missed.length === 0) return;
  note('', 'Not first:');
  printTable(
    ['query', 'expected', 'place', 'first'],
    missed.map(({ query, expected, found, place }) => [
      query,
      expected.join(' or '),
      Number.isFinite(place) ? String(place) : '-',
      found[0] ?? '-',
    ]),
  );
}
