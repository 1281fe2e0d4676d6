import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { MIGRATIONS } from '../../src/platform/database/migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.url, { size: 1 }, []).initialize();
  const first = MIGRATIONS.findIndex(({ name }) => name.startsWith('Owners'));
  for (let i = MIGRATIONS.length; i > first; i--) await source.undoLastMigration();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

it('gives the oldest of look-alikes their key, and leaves all of them in place, without an owner', async () => {
  const agents = ['Edge-1', 'edge-l', 'edge-1', 'other'];
  for (const [i, id] of agents.entries())
    await source.query(
      `insert into agent (id, name, heartbeat_interval, plugin_count, digest, registered_at)
       values ($1, $1, 1000, 0, 'x', now() + $2 * interval '1 s')`,
      [id, i],
    );
  await source.query(`insert into plugin (id, folded_id, slot, name, source, created_at) values
    ('victim', 'victim', 1, 'victim', 'path', now()), ('v1ctim', 'v1ctim', 2, 'v1ctim', 'path', now()),
    ('pIain', 'piain', 3, 'pIain', 'path', now() + interval '1 s'), ('plain', 'plain', 4, 'plain', 'path', now())`);
  await source.query(`insert into published_artifact (id, name, folded_name, version, version_rank, description,
    plugin_type, plugin_runtime, artifact_url, checksum, config_schema)
    values ('1', 'Сосо', 'сосо', '1', '1', '', 'log', '', 'https://x.example', 'sha256:00', '{}')`);
  await source.runMigrations();
  expect(
    await source.query('select id, folded_id, skeleton, owner from agent order by registered_at'),
  ).toEqual([
    { id: 'Edge-1', folded_id: 'edge-1', skeleton: 'edge-l', owner: null },
    { id: 'edge-l', folded_id: 'edge-l', skeleton: null, owner: null },
    { id: 'edge-1', folded_id: null, skeleton: null, owner: null },
    { id: 'other', folded_id: 'other', skeleton: 'other', owner: null },
  ]);
  expect(await source.query('select id, skeleton from plugin order by slot')).toEqual([
    { id: 'victim', skeleton: 'victim' },
    { id: 'v1ctim', skeleton: 'vlctim' },
    { id: 'pIain', skeleton: null },
    { id: 'plain', skeleton: 'plain' },
  ]);
  expect(await source.query('select skeleton, owner, vouched from published_artifact')).toEqual([
    { skeleton: 'coco', owner: null, vouched: false },
  ]);
});
