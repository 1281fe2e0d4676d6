import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditPageDto } from '../../src/platform/audit/audit.dto.js';
import type { AgentDetailDto, DriftDto } from '../../src/modules/registry/agents/agent.dto.js';
import {
  AGENTS,
  type AgentDto,
  type AgentPageDto,
  agentAt,
  agentKey,
  agentsAt,
} from '../support/agents-api.js';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import type { Client } from '../support/http.js';
import { failure } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

interface Beat {
  ok: boolean;
  resync: boolean;
}

describe('a registry of agents', () => {
  let database: TestDatabase;
  let server: TestServer;
  let api: Client;
  /** As an agent calls: with a virtual key that may do nothing else. */
  let agent: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await TestServer.start({ databaseUrl: database.url });
    api = server.client();
    agent = server.client(await agentKey(server));
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const actions = async (target: string): Promise<string[]> =>
    (await api.get<AuditPageDto>(`/api/audit?target=${target}`)).body.entries.map(({ action }) => action);

  it('keeps what an agent tells, audits what is new, and takes the same again as a heartbeat', async () => {
    const told = {
      name: 'one',
      endpoint: 'https://one.example',
      uri: 'ipfs://bafy/agent.json',
      version: '1.0.0',
      heartbeatInterval: 60_000,
      plugins: [{ name: 'z', version: '2.0.0', digest: 'd' }, { name: 'a' }],
    };
    const put = await agent.put<AgentDto>(agentAt('one'), told);
    expect(put.body).toMatchObject({
      agentId: 'one',
      pluginCount: 2,
      stale: false,
      heartbeatInterval: 60_000,
    });
    await agent.put(agentAt('one'), { ...told, plugins: [...told.plugins].reverse() });
    expect(await actions('one')).toEqual(['agent.register']);
    const { body } = await api.get<AgentDetailDto>(agentAt('one'));
    expect(body.plugins).toEqual([
      { name: 'a', version: null, digest: null },
      { name: 'z', version: '2.0.0', digest: 'd' },
    ]);
    expect(body).toMatchObject({ uri: told.uri, endpoint: told.endpoint, digest: put.body.digest });
    const changed = await agent.put<AgentDto>(agentAt('one'), { ...told, plugins: [] });
    expect(changed.body.digest).not.toBe(put.body.digest);
    expect((await api.get<AgentDetailDto>(agentAt('one'))).body.plugins).toEqual([]);
    expect(await actions('one')).toEqual(['agent.update', 'agent.register']);
  });

  it('says with a heartbeat whether it knows the same, and leaves no audit row', async () => {
    const { body } = await agent.put<AgentDto>(agentAt('beating'), { name: 'beating' });
    const beat = (digest?: string): Promise<{ status: number; body: Beat }> =>
      agent.post<Beat>(agentAt('beating', '/heartbeat'), digest === undefined ? undefined : { digest });
    const first = await api.get<AgentDto>(agentAt('beating'));
    expect((await beat(body.digest)).body).toEqual({ ok: true, resync: false });
    expect((await beat()).body).toEqual({ ok: true, resync: false });
    expect((await beat('another')).body).toEqual({ ok: true, resync: true });
    const last = await api.get<AgentDto>(agentAt('beating'));
    expect(Date.parse(last.body.lastSeenAt)).toBeGreaterThan(Date.parse(first.body.lastSeenAt));
    expect(last.body.updatedAt).toBe(first.body.updatedAt);
    expect(await actions('beating')).toEqual(['agent.register']);
  });

  it('answers each of many heartbeats at once for its own agent', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `many-${i}`);
    await Promise.all(ids.filter((_, i) => i % 2 === 0).map((id) => agent.put(agentAt(id), { name: id })));
    const answers = await Promise.all(
      ids.map((id) => agent.post<Beat>(agentAt(id, '/heartbeat'), { digest: id })),
    );
    expect(answers.map(({ status }) => status)).toEqual(ids.map((_, i) => (i % 2 === 0 ? 200 : 404)));
  });

  it('calls an agent stale after three missed beats of its own interval', async () => {
    for (const [id, heartbeatInterval] of [
      ['slow', 100_000],
      ['quick', 10_000],
    ] as const)
      await agent.put(agentAt(id), { name: 'timed', heartbeatInterval });
    const age = (seconds: number): Promise<void> =>
      execute(
        database.url,
        `update agent set seen_at = now() - interval '${seconds} s' where name = 'timed'`,
      );
    const stale = async (): Promise<string[]> =>
      (await agentsAt(api, '?name=TIMED&stale=true')).map(({ agentId }) => agentId);
    await age(29);
    expect(await stale()).toEqual([]);
    await age(31);
    expect(await stale()).toEqual(['quick']);
    await age(301);
    expect(await stale()).toEqual(['quick', 'slow']);
    await agent.post(agentAt('slow', '/heartbeat'));
    expect(await stale()).toEqual(['quick']);
    expect((await agentsAt(api, '?name=timed&stale=false')).map(({ agentId }) => agentId)).toEqual(['slow']);
  });

  it('pages through agents, and finds those that run a plugin', async () => {
    const plugins = (i: number): object[] => [{ name: '@paged/p', version: `1.0.${i % 2}` }];
    for (let i = 0; i < 5; i++) await agent.put(agentAt(`page-${i}`), { name: 'paged', plugins: plugins(i) });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: AgentPageDto } = await api.get<AgentPageDto>(
        `${AGENTS}?name=paged&limit=2${cursor && `&cursor=${cursor}`}`,
      );
      expect(body.count).toBeLessThanOrEqual(2);
      seen.push(...body.agents.map(({ agentId }) => agentId));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4']);
    expect(await agentsAt(api, `?plugin=${encodeURIComponent('@paged/p')}`)).toHaveLength(5);
    const one = await agentsAt(api, `?plugin=${encodeURIComponent('@paged/p@1.0.1')}`);
    expect(one.map(({ agentId }) => agentId)).toEqual(['page-1', 'page-3']);
  });

  it('shows which plugins agents do not run alike, and who runs what', async () => {
    const sets: Record<string, object[]> = {
      'drift-a': [{ name: 'same', version: '1' }, { name: 'other', version: '1' }, { name: 'rare' }],
      'drift-b': [
        { name: 'same', version: '1' },
        { name: 'other', version: '2' },
      ],
      'drift-c': [
        { name: 'same', version: '1' },
        { name: 'other', version: '2' },
      ],
    };
    for (const [id, plugins] of Object.entries(sets))
      await agent.put(agentAt(id), { name: 'drifting', plugins });
    const { body } = await api.get<DriftDto>(`${AGENTS}/drift?name=drifting`);
    expect(body).toMatchObject({ agents: 3, count: 3, nextCursor: null });
    expect(body.plugins.map(({ name, differs, missing }) => [name, differs, missing])).toEqual([
      ['other', true, 0],
      ['rare', true, 2],
      ['same', false, 0],
    ]);
    expect(body.plugins[0]?.versions).toEqual([
      { version: '2', digest: null, agents: 2, agentIds: ['drift-b', 'drift-c'] },
      { version: '1', digest: null, agents: 1, agentIds: ['drift-a'] },
    ]);
    const differing = await api.get<DriftDto>(`${AGENTS}/drift?name=drifting&differing=true&limit=1`);
    expect(differing.body.plugins.map(({ name }) => name)).toEqual(['other']);
    const cursor = differing.body.nextCursor ?? '';
    const next = await api.get<DriftDto>(
      `${AGENTS}/drift?name=drifting&differing=true&limit=1&cursor=${cursor}`,
    );
    expect(next.body).toMatchObject({ plugins: [{ name: 'rare' }], nextCursor: null });
  });

  it('removes an agent with its plugins, once', async () => {
    await agent.put(agentAt('gone'), { name: 'gone', plugins: [{ name: 'only-gone' }] });
    expect((await agent.delete(agentAt('gone'))).status).toBe(200);
    expect(failure(await agent.delete(agentAt('gone')))).toEqual([404, 'agent_not_found', 'agentId']);
    expect(failure(await api.get(agentAt('gone')))).toEqual([404, 'agent_not_found', 'agentId']);
    expect(await agentsAt(api, '?plugin=only-gone')).toEqual([]);
    expect(await actions('gone')).toEqual(['agent.remove', 'agent.register']);
  });

  it('lets a key that may only write neither read nor a key that may only read write', async () => {
    expect(failure(await agent.get(AGENTS))[1]).toBe('scope_missing');
    const { body } = await api.post<{ key: string }>('/api/auth/virtual-keys', { name: 'reader' });
    const reader = server.client(body.key);
    expect((await reader.get(AGENTS)).status).toBe(200);
    for (const refused of [
      await reader.put(agentAt('x'), { name: 'x' }),
      await reader.post(agentAt('x', '/heartbeat')),
      await reader.delete(agentAt('x')),
    ])
      expect(failure(refused)[1]).toBe('scope_missing');
  });

  it('of the same agent told at once in many ways keeps one whole', async () => {
    const set = (n: number): object[] =>
      Array.from({ length: 20 }, (_, i) => ({ name: `p${i}`, version: `${n}` }));
    const puts = Array.from({ length: 12 }, (_, n) =>
      agent.put(agentAt('raced'), { name: 'raced', plugins: set(n) }),
    );
    expect((await Promise.all(puts)).map(({ status }) => status)).toEqual(puts.map(() => 200));
    const { body } = await api.get<AgentDetailDto>(agentAt('raced'));
    expect(new Set(body.plugins.map(({ version }) => version)).size).toBe(1);
    expect(body.plugins).toHaveLength(20);
    expect((await actions('raced')).filter((action) => action === 'agent.register')).toHaveLength(1);
  });
});
