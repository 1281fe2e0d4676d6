import pg from 'pg';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { LongTransactions } from '../../src/platform/database/long-transactions.js';
import { SearchIndex } from '../../src/modules/registry/index.js';

const SYLLABLES = [...'bcdfghklmnprstvz'].flatMap((first) => [...'aeiou'].map((second) => first + second));
const KINDS = ['agent', 'agent', 'agent', 'gateway', 'collector', 'mcp'];
const CATEGORIES = ['social', 'finance', 'storage', 'model', 'other'];
const LANGUAGES = ['TypeScript', 'TypeScript', 'Python', 'Rust', null];
const SUPPORTS = [['v0'], ['v1'], ['v0', 'v1']];
/** Words that descriptions are made of; each entry has one of its own beside. */
const WORDS = 100_000;
const STEP = 5_000;

const INSERT = `
insert into catalog_entry (source, name, folded_name, priority, shown, kind, category, language, supports,
  display_name, description, tags, npm_package, version, installable, deprecated, stars, document, digest)
select 'bench', name, name, 1, true, kind, category, language, supports,
  own, description, tags, name, '1.0.0', installable, deprecated, stars,
  json_build_object('name', name, 'description', description, 'repository', 'https://example.com/' || name), name
from json_to_recordset($1) as r(name text, kind text, category text, language text, supports text[], own text,
  description text, tags text[], installable boolean, deprecated boolean, stars integer)`;

/** The same numbers between 0 and 1 in every run (a linear congruential generator, its constants Knuth's). */
function numbers(): () => number {
  let state = 42n;
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 53;
  };
}

/** Word 0, 1, 2 …: two syllables or more, the digits of the number. */
function word(number: number): string {
  const rest = Math.floor(number / SYLLABLES.length);
  const syllable = SYLLABLES[number % SYLLABLES.length] ?? '';
  return rest < SYLLABLES.length ? syllable + (SYLLABLES[rest] ?? '') : syllable + word(rest);
}

/** A word is as rare as its number is large, as in what people write (Zipf). */
function made(index: number, random: () => number): object {
  const text = Array.from({ length: 14 }, () => word(Math.floor(WORDS ** random()) - 1));
  const own = word(WORDS + index * 7);
  return {
    name: `@bench/plugin-${text[0]}-${own}`,
    kind: KINDS[index % KINDS.length],
    category: CATEGORIES[index % CATEGORIES.length],
    language: LANGUAGES[index % LANGUAGES.length],
    supports: SUPPORTS[index % SUPPORTS.length],
    own,
    description: text.slice(2).join(' '),
    tags: text.slice(0, 2),
    installable: index % 4 > 0,
    deprecated: index % 50 === 0,
    stars: Math.floor(400 ** random()) - 1,
  };
}

export interface Filled {
  /** Seconds that the entries took, and those that the search index took. */
  fill: number;
  build: number;
  /** MiB of the search index, its indexes included. */
  mebibytes: number;
}

/** Whether a database has been filled with so many entries before, with their search index. */
export async function isFilled(url: string, entries: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::integer as count from catalog_search',
    );
    return rows[0]?.count === entries;
  } finally {
    await client.end();
  }
}

/** Fills the empty catalogue of a database with made-up entries, and builds the search index. */
export async function fillCatalogue(url: string, entries: number): Promise<Filled> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const dataSource = await createDataSource(url, { size: 2 }, []).initialize();
  try {
    const fill = await seconds(async () => {
      const random = numbers();
      for (let from = 0; from < entries; from += STEP) {
        const rows = Array.from({ length: Math.min(STEP, entries - from) }, (_, i) => made(from + i, random));
        await client.query(INSERT, [JSON.stringify(rows)]);
      }
      await client.query('analyze catalog_entry');
    });
    const build = await seconds(() => new SearchIndex(new LongTransactions(dataSource)).follow());
    const { rows } = await client.query<{ bytes: string }>(
      `select pg_total_relation_size('catalog_search') + pg_total_relation_size('catalog_word') as bytes`,
    );
    return { fill, build, mebibytes: Number(rows[0]?.bytes) / 2 ** 20 };
  } finally {
    await dataSource.destroy();
    await client.end();
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}
