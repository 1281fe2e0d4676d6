import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, publishEntries, withdrawEntry } from '../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { TestServer } from '../support/server.js';

interface Answer {
  query: string;
  count: number;
  results: { name: string; score: number; installable: boolean }[];
  total: number;
  totalIsExact: boolean;
  facets: Record<'category' | 'kind' | 'language' | 'support', Record<string, number>>;
}

const OLD = { supports: { v0: true, v1: false, v2: false } };
const DEAD = { notInstallable: 'no version', supports: { v0: false, v1: false, v2: false } };
const ENTRIES = [
  entry('@acme/plugin-chirper', { description: 'Posts to Chirper on its own', stars: 3, category: 'social' }),
  entry('@acme/client-chirper', { ...OLD, description: 'Chirper', stars: 900, category: 'social' }),
  entry('@acme/plugin-chirper-archive', { description: 'Keeps what was chirped', language: 'Rust' }),
  entry('@gone/plugin-chirper', { ...DEAD, stars: 5_000 }),
  entry('@acme/plugin-openmind', { displayName: 'OpenMind', description: 'Text models by OpenMind' }),
  entry('@acme/plugin-open-weather', { description: 'Forecasts' }),
  entry('@acme/plugin-web-finder', { description: 'Finds pages on the web', tags: ['search'] }),
  entry('@acme/plugin-telefony', { description: 'Calls people', kind: 'gateway' }),
  entry('@acme/plugin-tides', { description: 'When the harbour is deep', deprecated: 'use harbour' }),
  entry('@acme/plugin-harbour', { description: 'Ships and tides' }),
  entry('@acme/plugin-検索', { description: '日本語 の 検索 プラグイン' }),
];

describe('search of the registry', () => {
  let database: TestDatabase;
  let server: TestServer;
  const ask = (query: string): Promise<{ status: number; body: Answer }> =>
    server.client().get<Answer>(`/api/registry/search?${query}`);
  const names = async (q: string, further = ''): Promise<string[]> =>
    (await ask(`q=${encodeURIComponent(q)}${further}`)).body.results.map(({ name }) => name);

  beforeAll(async () => {
    database = await createTestDatabase();
    await publishEntries(database.url, ENTRIES);
    server = await TestServer.start({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  it('puts the plugin that is alive above the dead and the outdated of the same name', async () => {
    expect(await names('chirper')).toEqual([
      '@acme/plugin-chirper',
      '@acme/client-chirper',
      '@gone/plugin-chirper',
      '@acme/plugin-chirper-archive',
    ]);
    expect((await names('tides'))[0]).toBe('@acme/plugin-tides');
  });

  it('puts an exact name above everything', async () => {
    expect((await names('@gone/plugin-chirper'))[0]).toBe('@gone/plugin-chirper');
    expect((await names(' @ACME/Client-Chirper '))[0]).toBe('@acme/client-chirper');
  });

  it.each([
    ['a slip', 'chriper', '@acme/plugin-chirper'],
    ['a slip in the first letter', 'xhirper', '@acme/plugin-chirper'],
    ['two slips', 'telphonny', undefined],
    ['two slips that leave it recognisable', 'telefnoyy', '@acme/plugin-telefony'],
    ['the beginning of a word', 'telef', '@acme/plugin-telefony'],
    ['one word as two', 'open mind', '@acme/plugin-openmind'],
    ['two words as one', 'openweather', '@acme/plugin-open-weather'],
    ['two words as one, unfinished', 'openwea', '@acme/plugin-open-weather'],
    ['another order', 'finder web', '@acme/plugin-web-finder'],
    ['a slip among words', 'web fidner', '@acme/plugin-web-finder'],
    ['words of the description', 'forecasts', '@acme/plugin-open-weather'],
    ['a tag', 'search', '@acme/plugin-web-finder'],
    ['words that tell nothing', 'a plugin for the harbour', '@acme/plugin-harbour'],
    ['a word that nobody has', 'harbour zzqqxx', '@acme/plugin-harbour'],
    ['another script', '検索', '@acme/plugin-検索'],
  ])('forgives %s', async (_what, q, first) => {
    expect((await names(q))[0]).toBe(first);
  });

  it('is narrowed down by facets, and counts them', async () => {
    const { body } = await ask('q=chirper');
    expect(body).toMatchObject({
      query: 'chirper',
      count: 4,
      total: 4,
      totalIsExact: true,
      facets: { category: { social: 2, other: 2 }, kind: { agent: 4 }, language: { typescript: 3, rust: 1 } },
    });
    expect(body.facets.support).toEqual({ v0: 1, v1: 2 });
    expect(await names('chirper', '&language=rust')).toEqual(['@acme/plugin-chirper-archive']);
    expect(await names('chirper', '&support=v0&category=Social')).toEqual(['@acme/client-chirper']);
    expect(await names('chirper', '&kind=gateway')).toEqual([]);
    expect(await names('@acme/plugin-chirper', '&kind=mcp')).toEqual([]);
  });

  it('answers as many as are asked for, within limits', async () => {
    expect(await names('plugin', '&limit=2')).toHaveLength(2);
    expect(await names('plugin', '&limit=0')).toHaveLength(1);
    expect(await names('plugin', '&limit=-5')).toHaveLength(1);
    for (const limit of ['junk', '1e1', '', '999', '9'.repeat(400)])
      expect((await names('plugin', `&limit=${limit}`)).length).toBeGreaterThan(9);
  });

  it('wants something to search for', async () => {
    for (const query of ['', 'q=', 'q=%20%09', 'q[a]=1'])
      expect(await ask(query)).toMatchObject({
        status: 400,
        body: { error: { message: "Query parameter 'q' is required", param: 'q' } },
      });
  });

  it.each([
    ['operators', `' & ! | :* <-> "chirper' \\ ( ) %_ ; drop table catalog_search --`],
    ['lexemes of the index', '=chirper kind=agent'],
    ['thousands of letters', 'chirper '.repeat(900)],
    ['emoji', '🚀🔥👩‍👩‍👧'],
    ['control characters', 'chir\u0001per\u007f\u2028'],
    ['marks upon marks', `e${'\u0301'.repeat(300)}`],
  ])('takes %s for words', async (_what, q) => {
    expect((await ask(`q=${encodeURIComponent(q)}`)).status).toBe(200);
    expect((await ask(`q=plugin&category=${encodeURIComponent(q)}`)).status).toBe(200);
  });

  it('finds what is published at once, and no longer what is withdrawn', async () => {
    await publishEntries(database.url, [entry('@acme/plugin-lighthouse', { description: 'Quuxlight' })]);
    expect(await names('lihgthouse')).toEqual(['@acme/plugin-lighthouse']);
    await withdrawEntry(database.url, '@acme/plugin-lighthouse');
    expect(await names('lighthouse')).toEqual([]);
  });
});
