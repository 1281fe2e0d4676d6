import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { ArtifactStore } from '../../src/platform/artifacts/artifact-store.js';
import { SharedFileRepository } from '../../src/platform/artifacts/shared-file.repository.js';
import { SharedFiles } from '../../src/platform/artifacts/shared-files.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { guardedClient } from '../support/guarded-client.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MAX_BYTES = 3_000_000;

let database: TestDatabase;
let source: DataSource;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  database = await createTestDatabase();
  source = createDataSource(database.url, { size: 4, statementMs: 5_000 }, []);
  [folder] = await Promise.all([temporaryFolder(), source.initialize()]);
});
beforeEach(() => source.query('delete from shared_file'));
afterAll(async () => {
  await source.destroy();
  await database.drop();
  await folder.remove();
});

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const store = (name: string): ArtifactStore => {
  const shared = new SharedFiles(new SharedFileRepository(source), MAX_BYTES, pino({ level: 'silent' }));
  return new ArtifactStore(join(folder.path, name), guardedClient([]), shared);
};
const add = (to: ArtifactStore, bytes: Buffer): ReturnType<ArtifactStore['add']> =>
  to.add((path) => writeFile(path, bytes));
const kept = (): Promise<{ sha256: string; bytes: string; chunks: string; largest: number }[]> =>
  source.query(
    `select sha256, bytes, count(*) as chunks, max(length(content)) as largest
     from shared_file join shared_file_chunk using (sha256) group by sha256, bytes`,
  );
const age = (hours: number): Promise<unknown> =>
  source.query('update shared_file set used_at = now() - make_interval(hours => $1)', [hours]);

it('has what another has had, in pieces of a megabyte, also when all ask at once', async () => {
  const bytes = randomBytes(2_500_000);
  const sha256 = digestOf(bytes);
  const made = await Promise.all([1, 2, 3].map((n) => add(store(`writer-${n}`), bytes)));
  expect(made).toContainEqual({ sha256, bytes: bytes.length, isShared: true });
  expect(await kept()).toEqual([{ sha256, bytes: '2500000', chunks: '3', largest: 2 ** 20 }]);
  const reader = store('reader');
  const files = await Promise.all([1, 2, 3].map(() => reader.recall(sha256)));
  for (const file of files) expect(bytes.equals(await readFile(file?.path ?? ''))).toBe(true);
  expect(await reader.recall(digestOf(randomBytes(8)))).toBeUndefined();
});

it('keeps none that is too large, and says so', async () => {
  const { sha256, isShared } = await add(store('large'), randomBytes(MAX_BYTES + 1));
  expect([isShared, await kept()]).toEqual([false, []]);
  expect(await store('small').recall(sha256)).toBeUndefined();
});

it.each([
  ['other bytes', `update shared_file_chunk set content = 'x'`],
  ['too few', 'delete from shared_file_chunk where place = 1'],
])('hands out no %s, forgets them and has them from who has them', async (what, harm) => {
  const bytes = randomBytes(1_500_000);
  const owner = store(`owner of ${what}`);
  const { sha256 } = await add(owner, bytes);
  await source.query(harm);
  const reader = store(`reader of ${what}`);
  expect(await reader.recall(sha256)).toBeUndefined();
  expect(await readdir(join(folder.path, `reader of ${what}`, 'partial'))).toEqual([]);
  expect(await kept()).toEqual([]);
  owner.keep(() => Promise.resolve([sha256]));
  await owner.shareMissing();
  expect(bytes.equals(await readFile((await reader.recall(sha256))?.path ?? ''))).toBe(true);
});

it('forgets what nobody names, but not before a day without use', async () => {
  const one = store('one');
  const [named, loose] = [await add(one, randomBytes(10)), await add(one, randomBytes(10))];
  const names = async (): Promise<string[]> => (await kept()).map(({ sha256 }) => sha256).sort();
  const both = [named.sha256, loose.sha256].sort();
  await age(25);
  await one.pruneShared();
  expect(await names()).toEqual(both);
  one.keep(() => Promise.resolve([named.sha256]));
  await age(23);
  await one.pruneShared();
  expect(await names()).toEqual(both);
  await age(25);
  await one.recall(loose.sha256);
  await one.pruneShared();
  expect(await names()).toEqual([named.sha256]);
});

it('does not remove what is used while it is looked for', async () => {
  const one = store('raced');
  const { sha256 } = await add(one, randomBytes(10));
  await age(25);
  one.keep(async () => {
    // Another server is about to put it on record.
    await rm(join(folder.path, 'late'), { recursive: true, force: true });
    await mkdir(join(folder.path, 'late'));
    expect(await store('late').recall(sha256)).toBeDefined();
    return [];
  });
  await one.pruneShared();
  expect(await kept()).toHaveLength(1);
});
