import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generated } from '../support/catalog-origin.js';
import { createTestDatabase } from '../support/database.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PLUGINS = '/api/registry/plugins';

describe('without a source', () => {
  it('the catalogue says so, is empty, and forgets what earlier sources said', async () => {
    const folder = await temporaryFolder();
    const file = join(folder.path, 'generated.json');
    await writeFile(file, JSON.stringify({ registry: { '@acme/plugin-past': generated('acme/past') } }));
    const sources = JSON.stringify([{ kind: 'eliza', file }]);
    const database = await createTestDatabase();
    const databaseUrl = database.url;
    const before = await TestServer.start({ databaseUrl, env: { REGISTRY_SOURCES: sources } });
    expect((await before.client().post('/api/registry/refresh')).body).toEqual({ ok: true, count: 1 });
    await before.stop();
    const server = await TestServer.start({ databaseUrl });
    const { body } = await server.client().post('/api/registry/refresh');
    expect(body).toEqual({ ok: true, count: 0, message: expect.stringContaining('REGISTRY_SOURCES') });
    expect((await server.client().get(PLUGINS)).body).toEqual({ count: 0, plugins: [], nextCursor: null });
    await server.stop();
    await database.drop();
    await folder.remove();
  });
});
