import { expect, it } from '@jest/globals';
import { CatalogLookup } from './catalog-lookup.js';
import type { CatalogReads } from './catalog-reads.repository.js';
import { draftEntry, type DraftPackage } from './sources/catalog-draft.js';

/** A lookup in a catalogue of these packages; a name that is looked up in vain is noted. */
function lookupIn(packages: readonly DraftPackage[]): { lookup: CatalogLookup; asked: string[][] } {
  const asked: string[][] = [];
  const entries = packages.map((npm) =>
    draftEntry({ name: npm.name ?? 'unnamed', kind: 'agent', category: 'plugin' }, npm),
  );
  const first = (names: readonly string[]): Promise<unknown> => {
    asked.push([...names]);
    const entry = names.flatMap((name) => entries.find((one) => one.name === name) ?? [])[0];
    return Promise.resolve(entry ? { source: 'eliza', entry } : null);
  };
  return { lookup: new CatalogLookup({ first } as unknown as CatalogReads), asked };
}

it('answers the package, the version of the newest generation, and those of the others', async () => {
  const versions = { v0: '0.3.0', v1: '1.6.0', v2: '2.0.0-alpha.16' };
  const { lookup } = lookupIn([{ name: '@elizaos/plugin-openai', versions }]);
  expect(await lookup.packageOf('@elizaos/plugin-openai')).toEqual({
    package: '@elizaos/plugin-openai',
    version: '2.0.0-alpha.16',
    alternatives: ['1.6.0', '0.3.0'],
    topics: expect.any(Array),
  });
});

it('answers why there is nothing to install, or null', async () => {
  const { lookup } = lookupIn([{ name: 'Shouting', versions: { v1: '1.0.0' } }, { name: 'versionless' }]);
  expect(await lookup.packageOf('Shouting')).toEqual({
    package: 'Shouting',
    reason: expect.stringContaining('not a name'),
  });
  expect(await lookup.packageOf('versionless')).toEqual({
    package: 'versionless',
    reason: expect.stringContaining('no version'),
  });
  expect(await lookup.packageOf('unknown')).toBeNull();
  expect(await lookup.packageOf('shouting')).toBeNull();
});

it('leaves the version open where the catalogue knows none', async () => {
  const { lookup } = lookupIn([{ name: 'somewhere', unversioned: true }]);
  expect(await lookup.packageOf('somewhere')).toEqual({
    package: 'somewhere',
    version: null,
    alternatives: [],
    topics: expect.any(Array),
  });
});

it('looks into one scope beside the name itself, and into none for whole names', async () => {
  const { lookup, asked } = lookupIn([]);
  await lookup.find('openai');
  await lookup.find('@evil/openai');
  expect(asked).toEqual([['openai', '@elizaos/openai', '@elizaos/plugin-openai'], ['@evil/openai']]);
});
