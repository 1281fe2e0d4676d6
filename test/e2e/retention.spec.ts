import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { agentAt } from '../support/agents-api.js';
import { TestServer } from '../support/server.js';

describe('what grows with use', () => {
  let database: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    database = await createTestDatabase();
    await execute(
      database.url,
      `insert into audit (at, action, actor_kind, actor_id, actor_name, target_type, target_id, request_id)
       select now() - make_interval(days => 11), 'x', 'admin', 'a', 'a', 'plugin', 'aged', 'r'
       from generate_series(1, 2500)`,
      `insert into audit (at, action, actor_kind, actor_id, actor_name, target_type, target_id, request_id)
       select now(), 'x', 'admin', 'a', 'a', 'plugin', 'recent ' || i, 'r' from generate_series(1, 1200) i`,
      `insert into event (type, data, at) select 'plugin.deleted', '{}', now() - make_interval(days => 2)
       from generate_series(1, 1500)`,
      `insert into event (type, data) select 'plugin.deleted', '{"recent":true}' from generate_series(1, 1100)`,
      `insert into job (id, kind, subject, payload, state, request_id, actor_kind, actor_id, actor_name, finished_at)
       select ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'x', 'ended', '{}', 'succeeded', 'r', 'admin', 'a', 'a',
         now() - make_interval(days => case when i <= 50 then 4 else 1 end) from generate_series(1, 160) i`,
      `insert into agent (id, name, heartbeat_interval, plugin_count, digest, seen_at)
       select 'silent-' || i, 'x', 1000, 0, 'x', now() - make_interval(days => 6) from generate_series(1, 250) i`,
      `insert into agent (id, name, heartbeat_interval, plugin_count, digest, seen_at)
       values ('heard', 'x', 1000, 0, 'x', now() - make_interval(days => 4))`,
    );
    server = await TestServer.start({
      databaseUrl: database.url,
      env: {
        ...{ AUDIT_RETENTION_DAYS: '10', AUDIT_MAX_ROWS: '1000' },
        ...{ EVENT_RETENTION_DAYS: '1', EVENT_MAX_ROWS: '1000' },
        ...{ JOB_RETENTION_DAYS: '3', JOB_MAX_ROWS: '100' },
        AGENT_RETENTION_DAYS: '5',
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const count = async (from: string): Promise<number> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const { rows } = await client.query<{ n: number }>(`select count(*)::integer as n from ${from}`);
      return rows[0]?.n ?? NaN;
    } finally {
      await client.end();
    }
  };

  it('is removed when it is old, and when there is too much of it, the oldest first', async () => {
    await eventually(async () => {
      expect(await count(`agent where id <> 'heard'`)).toBe(0);
      expect(await count(`audit where target_id = 'aged'`)).toBe(0);
      expect(await count(`event where at < now() - interval '1 day'`)).toBe(0);
      expect(await count(`job where finished_at < now() - interval '3 days'`)).toBe(0);
    });
    expect(await count(`audit where target_id like 'recent %'`)).toBeLessThanOrEqual(1000);
    expect(await count(`audit where target_id = 'recent 1200'`)).toBe(1);
    expect(await count(`event where data ? 'recent'`)).toBeLessThanOrEqual(1000);
    expect(await count(`job where subject = 'ended'`)).toBe(100);
    expect((await server.client().get(agentAt('heard'))).status).toBe(200);
    expect(await count(`audit where action = 'agent.expire' and actor_kind = 'system'`)).toBeGreaterThan(0);
  });
});
