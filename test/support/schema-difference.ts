import { ENTITIES } from '../../src/entities.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { databaseOn, execute } from './database.js';

/**
 * Migrates an empty database and compares it with the entities.
 * @param server a superuser's URL
 * @returns the SQL that is missing from the migrations
 */
export async function compareSchema(server: string): Promise<string[]> {
  const name = `plugboard_schema_${process.pid}`;
  await execute(server, `DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}`);
  const url = databaseOn(server, name);
  try {
    await migrate(url);
    const source = createDataSource(url, { size: 2 }, ENTITIES);
    await source.initialize();
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      return upQueries.map(({ query }) => query);
    } finally {
      await source.destroy();
    }
  } finally {
    await execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}
