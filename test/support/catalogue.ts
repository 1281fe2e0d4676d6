import { createDataSource } from '../../src/platform/database/data-source.js';
import { LongTransactions } from '../../src/platform/database/long-transactions.js';
import {
  CatalogEntries,
  type CatalogEntry,
  CatalogEntryEntity,
  SearchIndex,
} from '../../src/modules/registry/index.js';

const BLANK: Omit<CatalogEntry, 'name' | 'displayName' | 'npm'> = {
  ...{ description: '', kind: 'agent', category: 'other', tags: [], topics: [], stars: 0 },
  ...{ gitRepo: null, gitUrl: null, repository: null, homepage: null, author: null, license: null },
  ...{ language: 'TypeScript', deprecated: null, notInstallable: null },
  git: { v0Branch: null, v1Branch: null, v2Branch: null },
  supports: { v0: false, v1: true, v2: false },
};

/** An entry that is alive, but for what is said of it. */
export function entry(name: string, said: Partial<CatalogEntry> = {}): CatalogEntry {
  const none = { v0Version: null, v1Version: null, v2Version: null };
  const ranges = { v0CoreRange: null, v1CoreRange: null, v2CoreRange: null };
  const npm = { package: name, version: '1.0.0', ...none, ...ranges };
  return { ...BLANK, name, displayName: name.replace(/^.*\//, '').replace(/^plugin-/, ''), npm, ...said };
}

/** Publishes entries straight into a database, as one change. */
export async function publishEntries(url: string, entries: readonly CatalogEntry[]): Promise<void> {
  await change(url, (catalogue, tx) =>
    entries.reduce((last, each) => last.then(() => catalogue.publish(tx, each)), Promise.resolve()),
  );
}

/** Takes away what was published straight into a database. */
export async function withdrawEntry(url: string, name: string): Promise<void> {
  await change(url, (catalogue, tx) => catalogue.withdraw(tx, name));
}

/** Has the search index of a database follow its entries, as after a refresh. */
export async function followEntries(url: string): Promise<void> {
  const source = await createDataSource(url, { size: 1 }, []).initialize();
  try {
    await new SearchIndex(new LongTransactions(source)).follow();
  } finally {
    await source.destroy();
  }
}

async function change(
  url: string,
  work: (catalogue: CatalogEntries, tx: Parameters<CatalogEntries['publish']>[0]) => Promise<void>,
): Promise<void> {
  const source = await createDataSource(url, { size: 1 }, [CatalogEntryEntity]).initialize();
  try {
    const catalogue = new CatalogEntries(new SearchIndex(new LongTransactions(source)));
    await source.transaction((tx) => work(catalogue, tx));
  } finally {
    await source.destroy();
  }
}
