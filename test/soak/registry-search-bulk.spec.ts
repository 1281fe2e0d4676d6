import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { entry, followEntries, publishEntries } from '../support/catalogue.js';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { TestServer } from '../support/server.js';

interface Answer {
  count: number;
  results: { name: string }[];
  totalIsExact: boolean;
}

let database: TestDatabase;
let server: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  await publishEntries(database.url, [
    entry('@acme/plugin-chirper', { description: 'Posts to Chirper on its own' }),
    entry('@acme/plugin-harbour', { description: 'Ships and tides' }),
  ]);
  server = await TestServer.start({ databaseUrl: database.url });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

const ask = async (query: string): Promise<Answer> =>
  (await server.client().get<Answer>(`/api/registry/search?${query}`)).body;
const names = async (q: string): Promise<string[]> =>
  (await ask(`q=${encodeURIComponent(q)}`)).results.map(({ name }) => name);

it('the search follows many changes as it follows a few', async () => {
  await execute(
    database.url,
    `insert into catalog_entry select (json_populate_record(e, json_build_object(
         'source', 'other', 'name', 'bulk-' || i, 'folded_name', 'bulk-' || i, 'digest', i::text))).*
       from catalog_entry e, generate_series(1, 10100) i where e.name = '@acme/plugin-harbour'`,
  );
  await followEntries(database.url);
  expect((await names('bulk-77'))[0]).toBe('bulk-77');
  expect(await ask('q=harbour')).toMatchObject({ count: 15, totalIsExact: false });
  expect((await names('chirper'))[0]).toBe('@acme/plugin-chirper');
  await execute(database.url, `delete from catalog_entry where source = 'other'`);
  await followEntries(database.url);
  expect(await names('bulk-77')).toEqual([]);
});
