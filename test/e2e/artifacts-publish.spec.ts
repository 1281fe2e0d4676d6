import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactPageDto } from '../../src/modules/registry/artifacts/artifact.dto.js';
import { ARTIFACTS, ArtifactWorld, DOCUMENTED, type Published } from '../support/artifact-world.js';
import type { Answer } from '../support/http.js';
import { failure } from '../support/plugins-api.js';

describe('published versions', () => {
  let world: ArtifactWorld;
  beforeAll(async () => {
    world = await ArtifactWorld.open();
  });
  afterAll(() => world.close());

  const list = async (query: string): Promise<Published[]> => {
    const { body } = await world.api.get<ArtifactPageDto>(`${ARTIFACTS}?${query}`);
    return body.plugins as Published[];
  };
  const onEveryRoute = (id: string): Promise<Answer[]> =>
    Promise.all([
      world.api.get(`${ARTIFACTS}/${id}`),
      world.api.get(`${ARTIFACTS}/${id}/artifact`),
      world.api.patch(`${ARTIFACTS}/${id}`, { status: 'active' }),
      world.api.post(`${ARTIFACTS}/${id}/verify`),
      world.api.delete(`${ARTIFACTS}/${id}`),
    ]);
  const versions = async (query: string): Promise<string[]> =>
    (await list(query)).map(({ name, version }) => `${name}@${version}`);

  it('register exactly as documented, and can never be verified with a short checksum', async () => {
    const { status, body } = await world.api.post<Published>(ARTIFACTS, DOCUMENTED);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...DOCUMENTED, verification: 'pending', status: 'active', latest: true });
    const looked = await world.looked(body);
    expect(looked).toMatchObject({ verification: 'unverifiable' });
    expect(looked.verificationCause).toContain('64 hex digits');
    expect(failure(await world.api.get(`${ARTIFACTS}/${body.id}/artifact`))).toEqual([
      409,
      'artifact_not_verified',
      'id',
    ]);
    const again = await world.api.post<Published>(ARTIFACTS, DOCUMENTED);
    expect(again.body).toEqual(looked);
    const { configSchema: _, ...shorter } = DOCUMENTED;
    expect((await world.api.post<Published>(ARTIFACTS, shorter)).body).toEqual(looked);
  });

  it.each([
    ['checksum', { checksum: 'sha256:abc999' }],
    ['address', { artifactUrl: 'https://artifacts.example.com/other.tar.gz' }],
    ['type', { pluginType: 'metric' }],
    ['schema', { configSchema: '{"type":"object"}' }],
    ['runtime', { pluginRuntime: 'python' }],
  ])('never change: another %s under the same version is refused', async (_, change) => {
    await world.api.post(ARTIFACTS, DOCUMENTED);
    const before = await list(`name=${DOCUMENTED.name}`);
    const refused = await world.api.post(ARTIFACTS, { ...DOCUMENTED, ...change });
    expect(failure(refused)).toEqual([409, 'artifact_changed', 'version']);
    expect(await list(`name=${DOCUMENTED.name}`)).toEqual(before);
  });

  it('leave a tombstone, under which nothing else can ever be published', async () => {
    const since = new Date().toISOString();
    const given = { ...DOCUMENTED, name: 'short-lived' };
    const { id } = (await world.api.post<Published>(ARTIFACTS, given)).body;
    expect((await world.api.delete(`${ARTIFACTS}/${id}`)).body).toMatchObject({ status: 'deleted' });
    for (const answer of await onEveryRoute(id))
      expect(failure(answer)).toEqual([404, 'artifact_not_found', 'id']);
    expect(await list('name=short-lived')).toEqual([]);
    expect(await list(`name=short-lived&updated_since=${since}`)).toMatchObject([{ id, status: 'deleted' }]);
    expect(failure(await world.api.post(ARTIFACTS, { ...given, checksum: 'sha256:00' }))[1]).toBe(
      'artifact_changed',
    );
    const back = await world.api.post<Published>(ARTIFACTS, given);
    expect(back.body).toMatchObject({ id, status: 'active', verification: 'pending' });
  });

  it('are listed by name, the newest first, page by page, and say which one the name stands for', async () => {
    const shared = { ...DOCUMENTED, name: 'ordered', pluginRuntime: 'rust' };
    for (const version of ['1.10.0', '2.0.0-rc.1', 'nightly', '1.9.0', '2.0.0-rc.10'])
      await world.api.post(ARTIFACTS, { ...shared, version });
    const inOrder = ['2.0.0-rc.10', '2.0.0-rc.1', '1.10.0', '1.9.0', 'nightly'].map((v) => `ordered@${v}`);
    expect(await versions('name=ordered')).toEqual(inOrder);
    expect(await versions('name=ordered&latest=true')).toEqual(['ordered@1.10.0']);
    const found: string[] = [];
    let cursor: string | null = '';
    do {
      const query = `${ARTIFACTS}?pluginRuntime=rust&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const page: ArtifactPageDto = (await world.api.get<ArtifactPageDto>(query)).body;
      found.push(...page.plugins.map(({ name, version }) => `${name}@${version}`));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const none = await world.api.get(`${ARTIFACTS}?cursor=none`);
    expect(failure(none)).toEqual([400, 'parameter_invalid', 'cursor']);
    expect(found).toEqual(inOrder);
    expect(await versions('q=RDERE&pluginType=log&status=active')).toEqual(inOrder);
    expect(await versions('q=RDERE&pluginType=metric')).toEqual([]);
    expect(await versions('q=100%25')).toEqual([]);
    for (const bad of ['limit=0', 'limit=x', 'status=gone', 'updated_since=yesterday', 'latest=maybe'])
      expect((await world.api.get(`${ARTIFACTS}?${bad}`)).status).toBe(400);
  });

  it('are deprecated and yanked, and another one takes the place of a yanked one', async () => {
    const shared = { ...DOCUMENTED, name: 'worn-out' };
    await world.api.post(ARTIFACTS, { ...shared, version: '1.0.0' });
    const published = (await world.api.post<Published>(ARTIFACTS, { ...shared, version: '2.0.0' })).body;
    const { id } = await world.looked(published);
    const said = { statusMessage: 'Leaks.', replacement: 'better' };
    const deprecated = await world.api.patch(`${ARTIFACTS}/${id}`, { status: 'deprecated', ...said });
    expect(deprecated.body).toMatchObject({ status: 'deprecated', ...said, latest: true });
    const yanked = await world.api.patch(`${ARTIFACTS}/${id}`, { status: 'yanked' });
    expect(yanked.body).toMatchObject({ status: 'yanked', statusMessage: null, latest: false });
    expect(await versions('name=worn-out&latest=true')).toEqual(['worn-out@1.0.0']);
    const back = await world.api.patch(`${ARTIFACTS}/${id}`, { status: 'active' });
    expect(back.body).toMatchObject({ status: 'active', latest: true });
    for (const bad of [{}, { status: 'deleted' }, { status: 'active', statusMessage: 'x'.repeat(501) }])
      expect(failure(await world.api.patch(`${ARTIFACTS}/${id}`, bad)).slice(0, 2)).toEqual([
        400,
        'field_invalid',
      ]);
    const { body } = await world.api.get<{ entries: { action: string }[] }>(`/api/audit?target=${id}`);
    expect(new Set(body.entries.map(({ action }) => action))).toEqual(
      new Set(['registry.publish', 'registry.change', 'registry.verify']),
    );
  });

  it.each([
    ['a name with a slash that leads up', { name: '../x' }, 400],
    ['a name with markup', { name: '<b>x</b>' }, 400],
    ['an over-long name', { name: 'x'.repeat(129) }, 400],
    ['a name of a route', { name: 'install' }, 409],
    ['a name that looks like another', { name: 'NGINX-log-collector' }, 409],
    ['no name', { name: undefined }, 400],
    ['a version with a slash', { version: '1/2' }, 400],
    ['an over-long version', { version: '1'.repeat(101) }, 400],
    ['no version', { version: undefined }, 400],
    ['an unknown type', { pluginType: 'profile' }, 400],
    ['an over-long runtime', { pluginRuntime: 'x'.repeat(51) }, 400],
    ['an over-long description', { description: 'x'.repeat(2001) }, 400],
    ['an over-long address', { artifactUrl: `https://example.com/${'x'.repeat(2000)}` }, 400],
    ['an address that is none', { artifactUrl: 'http://' }, 422],
    ['another protocol', { artifactUrl: 'file:///etc/passwd' }, 400],
    ['an address with a password', { artifactUrl: 'https://user:secret@example.com/x' }, 422],
    ['a private address', { artifactUrl: 'http://10.0.0.1/x' }, 422],
    ['a private address in disguise', { artifactUrl: 'http://0xa9fea9fe/latest/meta-data' }, 422],
    ['a private address of version 6', { artifactUrl: 'http://[::ffff:10.0.0.1]/x' }, 422],
    ['another digest', { checksum: 'md5:abc123' }, 400],
    ['a digest of other letters', { checksum: 'sha256:xyz' }, 400],
    ['a digest that is too long', { checksum: `sha256:${'a'.repeat(65)}` }, 400],
    ['a digest of nothing', { checksum: 'sha256:' }, 400],
    ['no digest', { checksum: 7 }, 400],
    ['a schema that is an object', { configSchema: {} }, 400],
    ['a schema that is no JSON', { configSchema: '{' }, 422],
    ['a schema that is no schema', { configSchema: '{"type":"strnig"}' }, 422],
    ['a schema that is no object', { configSchema: '7' }, 422],
    ['a schema from the network', { configSchema: '{"$ref":"http://10.0.0.1/schema"}' }, 422],
    ['a schema with no end', { configSchema: `${'{"not":'.repeat(200)}{}${'}'.repeat(200)}` }, 422],
    ['a schema that is huge', { configSchema: JSON.stringify({ title: 'x'.repeat(100_000) }) }, 422],
    ['a pattern that cannot be had', { configSchema: '{"pattern":"(?=a)b"}' }, 422],
  ])('refuse %s', async (_, change, status) => {
    await world.api.post(ARTIFACTS, DOCUMENTED);
    const before = await list('limit=500');
    const answer = await world.api.post(ARTIFACTS, { ...DOCUMENTED, version: '9.9.9', ...change });
    expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
    expect(await list('limit=500')).toEqual(before);
  });

  it('take a schema of either draft, and a pattern that would run for ever elsewhere', async () => {
    for (const [version, schema] of Object.entries({
      '1.0.0': { $schema: 'http://json-schema.org/draft-07/schema#', definitions: { a: { type: 'string' } } },
      '1.1.0': { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] },
      '1.2.0': { properties: { a: { type: 'string', pattern: '^(a+)+$' } } },
    })) {
      const configSchema = JSON.stringify(schema);
      const answer = await world.api.post(ARTIFACTS, {
        ...DOCUMENTED,
        name: 'schemas',
        version,
        configSchema,
      });
      expect(answer.body).toMatchObject({ configSchema });
    }
  });

  it.each([
    ['nothing-there', 404],
    ['a%2Fb', 404],
    ['..%2F..%2Fetc%2Fpasswd', 404],
    ['%E0%A4%A', 400],
    ['a%00b', 400],
    ['x'.repeat(3000), 404],
  ])('are not found under %s', async (id, status) => {
    for (const answer of await onEveryRoute(id)) expect(answer.status).toBe(status);
  });

  it('are for those who may', async () => {
    const { body } = await world.api.post<{ key: string }>('/api/auth/virtual-keys', { name: 'reader' });
    const reader = world.server.client(body.key);
    expect((await reader.get(ARTIFACTS)).status).toBe(200);
    expect(failure(await reader.post(ARTIFACTS, DOCUMENTED)).slice(0, 2)).toEqual([403, 'scope_missing']);
  });
});
