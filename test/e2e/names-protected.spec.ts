import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ARTIFACTS, ArtifactWorld, DOCUMENTED, packed } from '../support/artifact-world.js';
import { entry } from '../support/catalogue.js';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import type { Client } from '../support/http.js';
import { type Failed, failure, PLUGINS } from '../support/plugins-api.js';

const PROTECTED = [403, 'name_protected', 'name'];
const LISTED = '@listed/plugin-tool';

describe('names that mean trusted code', () => {
  let database: TestDatabase;
  let world: ArtifactWorld;
  let publisher: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    const listed = JSON.stringify(entry(LISTED));
    await execute(
      database.url,
      `insert into catalog_entry (source, name, folded_name, priority, shown, kind, category, language, supports,
         display_name, description, tags, npm_package, version, installable, deprecated, stars, document, digest)
       values ('elsewhere', '${LISTED}', '${LISTED}', 1, true, 'agent', 'other', 'TypeScript', '{v1}', 'tool', '', '{}',
         '${LISTED}', '1.0.0', true, false, 0, '${listed}', 'x')`,
    );
    world = await ArtifactWorld.open({ DATABASE_URL: database.url });
    publisher = await keyed('publisher', ['registry:publish']);
    await world.looked(await world.publish('/1.tgz', packed('one'), { name: '@acme/plugin-answerer' }));
    await world.api.post(`${PLUGINS}/install`, { name: '@acme/plugin-answerer' });
  });
  afterAll(async () => {
    await world.close();
    await database.drop();
  });

  const keyed = async (name: string, scopes: string[]): Promise<Client> => {
    const made = await world.api.post<{ key: string }>('/api/auth/virtual-keys', { name, scopes });
    return world.server.client(made.body.key);
  };

  it.each([
    ['a bundled plugin', 'header-policy', 'the bundled plugin "header-policy"'],
    ['a core plugin', 'sql', 'the core plugin "sql"'],
    ['the package of a core plugin', '@elizaos/plugin-sql', 'the core plugin "sql"'],
    ['an installed plugin', 'answerer', 'the installed plugin "answerer"'],
    ['a package that a catalog lists', LISTED, `the npm package "${LISTED}"`],
    ['what looks like a bundled plugin', 'header-po1icy', 'the bundled plugin "header-policy"'],
    ['what looks like a core plugin', '@elizaos/p1ugin-sql', 'the core plugin "sql"'],
    ['what looks like a listed package', '@listed/plugin-t00l', `the npm package "${LISTED}"`],
  ])('are not published by those who may not install: %s', async (_, name, whose) => {
    const refused = await publisher.post<Failed>(ARTIFACTS, { ...DOCUMENTED, name });
    expect(failure(refused)).toEqual(PROTECTED);
    expect(refused.body.error.message).toContain(whose);
    expect(refused.body.error.message).toContain('a token with the scope plugins:install');
  });

  it.each(['sql', '@elizaos/plugin-sql', LISTED, '@acme/plugin-answerer'])(
    'are not given to a plugin made by those who may not install: %s',
    async (name) => {
      const writer = await keyed(`writer of ${name}`, ['plugins:write']);
      expect(failure(await writer.post(PLUGINS, { name }))).toEqual(PROTECTED);
    },
  );

  it('are published by those who may install', async () => {
    const both = await keyed('both', ['registry:publish', 'plugins:install']);
    for (const name of ['sql', LISTED, 'answerer'])
      expect((await both.post(ARTIFACTS, { ...DOCUMENTED, name })).status).toBe(200);
  });
});
