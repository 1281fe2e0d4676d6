import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { CatalogReads } from '../../src/modules/registry/catalog/catalog-reads.repository.js';
import { CatalogStaging } from '../../src/modules/registry/catalog/catalog-staging.repository.js';
import { CatalogEntries, CatalogEntryEntity, SearchIndex } from '../../src/modules/registry/index.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { LongTransactions } from '../../src/platform/database/long-transactions.js';
import { entry } from '../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

/** Whoever waited for the other would wait for ever here, and fails after this. */
const STATEMENT_MS = 3_000;

describe('a name that is published while a catalogue names it for the first time', () => {
  let database: TestDatabase;
  let source: DataSource;
  let search: SearchIndex;
  let catalogue: CatalogEntries;
  beforeAll(async () => {
    database = await createTestDatabase();
    const pool = { size: 4, statementMs: STATEMENT_MS };
    source = await createDataSource(database.url, pool, [CatalogEntryEntity]).initialize();
    search = new SearchIndex(new LongTransactions(source));
    catalogue = new CatalogEntries(search);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const publish = (name: string, meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
    source.transaction(async (tx) => {
      await catalogue.publish(tx, entry(name));
      await meanwhile();
    });
  const merge = (name: string, meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
    new CatalogStaging(source).use({ source: 'file', priority: 1, moved: false }, async (stage) => {
      await stage.add(entry(name));
      await stage.flush();
      await stage.merge(null, meanwhile);
    });
  const shown = async (name: string): Promise<string[]> => {
    const rows = await new CatalogReads(source).page({}, null, 100);
    return rows.filter((row) => row.entry.name.toLowerCase() === name).map((row) => row.source);
  };
  const found = async (name: string): Promise<string[]> => {
    const rows = await source.query<{ source: string }[]>(
      'select source from catalog_search where folded_name = $1',
      [name],
    );
    return rows.map((row) => row.source);
  };

  it('goes before it, with the merge not at its end yet', async () => {
    await merge('@acme/plugin-early', () => publish('@acme/plugin-early'));
    await search.follow();
    expect(await shown('@acme/plugin-early')).toEqual(['published']);
    expect(await found('@acme/plugin-early')).toEqual(['published']);
  });

  it('goes before it, with the publishing not at its end yet, under a name that looks the same', async () => {
    await publish('@acme/plugin-late', () => merge('@Acme/Plugin-Late'));
    await search.follow();
    expect(await shown('@acme/plugin-late')).toEqual(['published']);
    const mentions = await new CatalogReads(source).mentions('@acme/plugin-late');
    expect(mentions.map((one) => [one.source, one.shown])).toEqual([
      ['published', true],
      ['file', false],
    ]);
    await source.transaction((tx) => catalogue.withdraw(tx, '@acme/plugin-late'));
    expect(await shown('@acme/plugin-late')).toEqual(['file']);
    expect(await found('@acme/plugin-late')).toEqual(['file']);
  });

  it('is found as what was published, when the search index follows the catalogue at that moment', async () => {
    await merge('@acme/plugin-found');
    let following = Promise.resolve();
    await publish('@acme/plugin-found', async () => {
      following = search.follow();
      await eventually(async () => {
        const [row] = await source.query<{ waiting: boolean }[]>(
          `select exists (select from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock') as waiting`,
        );
        expect(row?.waiting).toBe(true);
      });
    });
    await following;
    expect(await found('@acme/plugin-found')).toEqual(['published']);
  });
});
