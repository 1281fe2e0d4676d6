import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agentAt, type AgentDto, agentsAt } from '../support/agents-api.js';
import { ARTIFACTS, DOCUMENTED, type Published } from '../support/artifact-world.js';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import type { Answer, Client } from '../support/http.js';
import { hs256, JWT_SECRET } from '../support/jwt.js';
import { type Failed, failure } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const KEYS = '/api/auth/virtual-keys';
const NOT_OWNER = [403, 'not_owner', ''];

describe('owners', () => {
  let database: TestDatabase;
  let server: TestServer;
  let admin: Client;
  let ours: Client;
  let theirs: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    server = await TestServer.start({ databaseUrl: database.url, env: { JWT_SECRET, AGENT_MAX: '20' } });
    admin = server.client();
    ours = await keyed('ours');
    theirs = await keyed('theirs');
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const BOTH = ['registry:publish', 'registry:write', 'registry:read'];
  const keyed = async (name: string, scopes = BOTH): Promise<Client> => {
    const { status, body, text } = await admin.post<{ key: string }>(KEYS, { name, scopes });
    if (status !== 201) throw new Error(text);
    return server.client(body.key);
  };
  const publish = (api: Client, name: string, version = '1.0.0'): Promise<Answer<Published>> =>
    api.post<Published>(ARTIFACTS, { ...DOCUMENTED, name, version });
  const report = (api: Client, id: string, more: object = {}): Promise<Answer<AgentDto>> =>
    api.put<AgentDto>(agentAt(id), { name: id, ...more });
  const message = ({ body }: Answer): string => (body as Failed).error.message;

  it('of a published name alone publish, deprecate, yank, check again and delete its versions', async () => {
    const { body } = await publish(ours, 'ours-alone');
    expect(body.owner).toBe('key:ours');
    const at = `${ARTIFACTS}/${body.id}`;
    for (const refused of [
      await publish(theirs, 'ours-alone', '9.9.9'),
      await publish(theirs, 'ours-alone'),
      await theirs.patch(at, { status: 'yanked' }),
      await theirs.post(`${at}/verify`),
      await theirs.delete(at),
    ])
      expect(failure(refused)).toEqual(NOT_OWNER);
    expect(message(await theirs.delete(at))).toBe(
      '"ours-alone" belongs to key:ours; this token is key:theirs. Its owner or an admin may change it, and an admin may hand it over.',
    );
    expect((await ours.patch(at, { status: 'deprecated' })).body).toMatchObject({ status: 'deprecated' });
    expect((await admin.patch(at, { status: 'active' })).status).toBe(200);
    const second = await publish(admin, 'ours-alone', '2.0.0');
    expect(second.body.owner).toBe('key:ours');
    expect((await ours.delete(at)).status).toBe(200);
    expect((await ours.delete(`${ARTIFACTS}/${second.body.id}`)).status).toBe(200);
    expect(failure(await publish(theirs, 'ours-alone', '3.0.0'))).toEqual(NOT_OWNER);
  });

  it('of an agent alone report for it, send its heartbeats and remove it', async () => {
    const { body } = await report(ours, 'ours-1');
    expect(body.owner).toBe('key:ours');
    for (const refused of [
      await report(theirs, 'ours-1'),
      await report(theirs, 'ours-1', { endpoint: 'https://evil.example' }),
      await theirs.post(agentAt('ours-1', '/heartbeat')),
      await theirs.delete(agentAt('ours-1')),
    ])
      expect(failure(refused)).toEqual(NOT_OWNER);
    const after = await admin.get<AgentDto>(agentAt('ours-1'));
    expect(after.body).toMatchObject({ endpoint: null, lastSeenAt: body.lastSeenAt });
    expect((await ours.post(agentAt('ours-1', '/heartbeat'), { digest: body.digest })).body).toEqual({
      ok: true,
      resync: false,
    });
    expect((await admin.post(agentAt('ours-1', '/heartbeat'))).status).toBe(200);
    expect((await report(admin, 'ours-1', { version: '2' })).body.owner).toBe('key:ours');
    expect((await ours.delete(agentAt('ours-1'))).status).toBe(200);
  });

  it('keep what they have when their key is replaced, or made anew under its name', async () => {
    const { body: first } = await admin.post<{ id: string; key: string }>(KEYS, {
      name: 'lasting',
      scopes: BOTH,
    });
    await publish(server.client(first.key), 'lasting-name');
    const { body: second } = await admin.post<{ key: string }>(`${KEYS}/lasting/rotate`);
    expect((await publish(server.client(second.key), 'lasting-name', '2.0.0')).status).toBe(200);
    await admin.delete(`${KEYS}/lasting`);
    expect((await publish(await keyed('lasting'), 'lasting-name', '3.0.0')).status).toBe(200);
  });

  it('may be subjects of JWTs, which are nobody of the same name among keys', async () => {
    const scope = 'registry:publish registry:write';
    const alice = server.client(await hs256({ sub: 'alice', scope, iss: 'plugboard' }));
    const bob = server.client(await hs256({ sub: 'bob', scope, iss: 'plugboard' }));
    expect((await publish(alice, 'of-alice')).body.owner).toBe('user:alice');
    expect((await report(alice, 'of-alice')).body.owner).toBe('user:alice');
    const key = await keyed('user:alice');
    for (const other of [bob, key, await keyed('alice')]) {
      expect(failure(await publish(other, 'of-alice', '2.0.0'))).toEqual(NOT_OWNER);
      expect(failure(await report(other, 'of-alice'))).toEqual(NOT_OWNER);
    }
  });

  it('are exchanged by admins, with an audit row and an event', async () => {
    const { body } = await publish(ours, '@acme/moved');
    await report(ours, 'moved');
    const name = `/api/registry/artifacts/${encodeURIComponent('@acme/moved')}/owner`;
    const owner = 'key:theirs';
    for (const path of [name, agentAt('moved', '/owner')]) {
      expect(failure(await ours.put(path, { owner }))).toEqual([403, 'scope_missing', 'admin']);
      expect((await admin.put(path, { owner })).body).toEqual({ ok: true, owner, previousOwner: 'key:ours' });
      for (const bad of [{}, { owner: 'theirs' }, { owner: 'key:' }, { owner: null }])
        expect(failure(await admin.put(path, bad))).toEqual([400, 'field_invalid', 'owner']);
    }
    expect(failure(await publish(ours, '@acme/moved', '2.0.0'))).toEqual(NOT_OWNER);
    expect((await publish(theirs, '@acme/moved', '2.0.0')).body.owner).toBe(owner);
    expect(failure(await report(ours, 'moved'))).toEqual(NOT_OWNER);
    expect((await report(theirs, 'moved')).status).toBe(200);
    for (const [target, action] of [
      [body.id, 'registry.hand_over'],
      ['moved', 'agent.hand_over'],
    ]) {
      const { body: page } = await admin.get<{ entries: object[] }>(
        `/api/audit?target=${target}&action=${action}`,
      );
      expect(page.entries).toMatchObject([{ before: { owner: 'key:ours' }, after: { owner } }]);
    }
    expect(failure(await admin.put('/api/registry/artifacts/none/owner', { owner }))[1]).toBe(
      'artifact_not_found',
    );
    expect(failure(await admin.put(agentAt('none', '/owner'), { owner }))[1]).toBe('agent_not_found');
  });

  it('that nobody is yet, the first to change it becomes, but no admin', async () => {
    const { body } = await publish(ours, 'older');
    await report(ours, 'older');
    await execute(
      database.url,
      `update agent set owner = null where id = 'older'`,
      `update published_artifact set owner = null where name = 'older'`,
    );
    await admin.patch(`${ARTIFACTS}/${body.id}`, { status: 'deprecated' });
    expect((await report(admin, 'older', { version: '2' })).body.owner).toBeNull();
    expect((await theirs.patch(`${ARTIFACTS}/${body.id}`, { status: 'active' })).body).toMatchObject({
      owner: 'key:theirs',
    });
    expect((await theirs.post(agentAt('older', '/heartbeat'))).status).toBe(200);
    expect(failure(await ours.post(agentAt('older', '/heartbeat')))).toEqual(NOT_OWNER);
    expect(failure(await publish(ours, 'older', '2.0.0'))).toEqual(NOT_OWNER);
  });

  it('may have their keys bound to names', async () => {
    const bound = await keyed('bound', [
      'registry:publish:@acme/*',
      'registry:write:edge-*',
      'registry:read',
    ]);
    expect((await publish(bound, '@acme/one')).status).toBe(200);
    const refused = await publish(bound, '@other/one');
    expect(failure(refused)).toEqual([403, 'scope_missing', 'registry:publish']);
    expect(message(refused)).toBe('This token has registry:publish for @acme/* alone, not for "@other/one".');
    const { body } = await publish(ours, 'not-acme');
    for (const answer of [
      await bound.patch(`${ARTIFACTS}/${body.id}`, { status: 'yanked' }),
      await bound.delete(`${ARTIFACTS}/${body.id}`),
    ])
      expect(failure(answer)).toEqual([403, 'scope_missing', 'registry:publish']);
    expect((await report(bound, 'edge-a')).status).toBe(200);
    expect((await bound.post(agentAt('edge-a', '/heartbeat'))).status).toBe(200);
    for (const answer of [
      await report(bound, 'core-a'),
      await bound.post(agentAt('core-a', '/heartbeat')),
      await bound.delete(agentAt('core-a')),
      await bound.post('/api/registry/refresh'),
      await bound.post('/api/registry/sync'),
    ])
      expect(failure(answer)).toEqual([403, 'scope_missing', 'registry:write']);
    const jwt = server.client(
      await hs256({ sub: 'carol', scopes: ['registry:publish:carols-*'], iss: 'plugboard' }),
    );
    expect((await publish(jwt, 'carols-one')).status).toBe(200);
    expect(failure(await publish(jwt, 'one'))[1]).toBe('scope_missing');
  });

  it.each([
    'registry:publish:*',
    'registry:publish:',
    'registry:publish:a*b',
    'registry:publish:**',
    'registry:read:@acme/*',
    'plugins:install:@acme/*',
    'registry:write:<b>',
  ])('are given no key with the scope %s', async (scope) => {
    const answer = await admin.post(KEYS, { name: 'wrong', scopes: [scope] });
    expect(failure(answer)).toEqual([400, 'field_invalid', 'scopes']);
    expect(message(answer)).toContain('registry:publish:@acme/*');
  });

  it('pass on their own names or fewer', async () => {
    const manager = await keyed('manager', ['keys:manage', 'registry:publish:@acme/*']);
    const pass = async (scope: string): Promise<number> =>
      (await manager.post(KEYS, { name: `of ${scope}`, scopes: [scope] })).status;
    expect(await pass('registry:publish:@acme/*')).toBe(201);
    expect(await pass('registry:publish:@acme/one')).toBe(201);
    expect(await pass('registry:publish:@acme/one-*')).toBe(201);
    expect(await pass('registry:publish:@ac*')).toBe(403);
    expect(await pass('registry:publish')).toBe(403);
    expect(await pass('registry:write:@acme/*')).toBe(403);
  });

  it('register no more agents than AGENT_MAX', async () => {
    const many = await keyed('many');
    for (let i = 0; i < 20; i++) expect((await report(many, `many-${i}-of-20`)).status).toBe(200);
    const refused = await report(many, 'one-too-many');
    expect(failure(refused)).toEqual([409, 'agent_limit', 'agentId']);
    expect(message(refused)).toContain('AGENT_MAX');
    expect((await report(many, 'many-0-of-20', { version: '2' })).status).toBe(200);
    expect((await agentsAt(admin, '?name=one-too-many')).length).toBe(0);
  });
});
