import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PackageRegistryClient } from '../../src/modules/installation/packages/package-registry.client.js';
import { type PackageWorld, packageWorld } from '../support/package-world.js';

/** Dist-tags are what is no range, whatever they begin with. */
const TAGS = ['2024-q1', '_internal', '-x', '1.x-latest', 'v2-latest', 'latest-1'];

describe('asking the registry', () => {
  let world: PackageWorld;

  beforeAll(async () => {
    world = await packageWorld();
    world.registry
      .publish({ name: '@scope/p', version: '1.0.0' })
      .publish({ name: '@scope/p', version: '1.4.0' })
      .publish({ name: '@scope/p', version: '1.5.0', claims: { deprecated: 'broken' } })
      .publish({ name: '@scope/p', version: '3.0.0-beta.1', tag: 'beta' })
      .publish({ name: '@scope/p', version: '2.0.0' })
      .publish({ name: 'only-prereleases', version: '1.0.0-alpha.1' })
      .publish({ name: 'only-prereleases', version: '1.0.0-alpha.2', tag: 'next' })
      .publish({ name: 'deprecated-latest', version: '1.0.0' })
      .publish({ name: 'deprecated-latest', version: '1.1.0', claims: { deprecated: 'broken' } })
      .publish({ name: 'all-deprecated', version: '1.0.0', claims: { deprecated: 'over' } })
      .publish({ name: 'all-deprecated', version: '1.1.0', claims: { deprecated: 'over' } })
      .publish({ name: 'for-later', version: '1.0.0' })
      .publish({ name: 'for-later', version: '2.0.0', manifest: { engines: { node: '>=99' } } })
      .publish({ name: 'tagged', version: '1.0.0' });
    for (const [index, tag] of TAGS.entries())
      world.registry.publish({ name: 'tagged', version: `2.0.${index}`, tag });
    world.registry
      .publish({ name: 'young', version: '1.0.0' })
      .publish({ name: 'young', version: '1.1.0', publishedAt: new Date() })
      .publish({ name: 'newborn', version: '1.0.0', publishedAt: new Date() });
  });
  afterEach(() => {
    world.registry.interfere = () => false;
  });
  afterAll(() => world.close());

  it.each([
    [undefined, '2.0.0'],
    ['latest', '2.0.0'],
    ['beta', '3.0.0-beta.1'],
    ['1.0.0', '1.0.0'],
    ['v1.0.0', '1.0.0'],
    ['^1.0.0', '1.4.0'],
    ['>=1', '2.0.0'],
    ['1.5.0', '1.5.0'],
    ['*', '2.0.0'],
  ])('finds %s', async (wanted, version) => {
    const found = await world.client.resolve('@scope/p', wanted);
    expect(found).toMatchObject({ name: '@scope/p', version, latest: '2.0.0' });
    expect(found.dist.integrity).toMatch(/^sha512-/);
    expect(found.publishedAt).toEqual(new Date('2024-01-01T00:00:00Z'));
    expect(found.versions).toEqual(['1.0.0', '1.4.0', '1.5.0', '2.0.0', '3.0.0-beta.1']);
  });

  it.each([
    ['only-prereleases', '*', '1.0.0-alpha.1'],
    ['only-prereleases', undefined, '1.0.0-alpha.1'],
    ['only-prereleases', 'next', '1.0.0-alpha.2'],
    ['only-prereleases', '^1.0.0-alpha.2', '1.0.0-alpha.2'],
    ['deprecated-latest', undefined, '1.0.0'],
    ['deprecated-latest', '^1.0.0', '1.0.0'],
    ['deprecated-latest', 'latest', '1.1.0'],
    ['all-deprecated', '^1.0.0', '1.1.0'],
    ['for-later', undefined, '1.0.0'],
    ['for-later', '>=1', '1.0.0'],
    ['for-later', 'latest', '2.0.0'],
    ...TAGS.map((tag, index) => ['tagged', tag, `2.0.${index}`] as const),
  ])('picks as npm does: %s@%s', async (name, wanted, version) => {
    expect(await world.client.resolve(name, wanted)).toMatchObject({ name, version });
  });

  it.each([
    ['young', undefined, '1.0.0'],
    ['young', 'latest', '1.0.0'],
    ['young', '^1.0.0', '1.0.0'],
    // The policy refuses these, and says why.
    ['young', '1.1.0', '1.1.0'],
    ['newborn', undefined, '1.0.0'],
  ])('picks what is old enough, where there is one: %s@%s', async (name, wanted, version) => {
    const client = new PackageRegistryClient(world.transport, 60);
    expect(await client.resolve(name, wanted)).toMatchObject({ name, version });
  });

  it.each(['9.9.9', '^7.0.0', 'nightly', 'constructor'])('has no version %s', async (wanted) => {
    await expect(world.client.resolve('@scope/p', wanted)).rejects.toMatchObject({
      status: 404,
      code: 'version_not_found',
      message: /latest is 2\.0\.0/,
    });
  });

  it('has no such package', async () => {
    await expect(world.client.resolve('nothing-here')).rejects.toMatchObject({
      status: 404,
      code: 'package_not_found',
    });
  });

  it.each([500, 401, 403, 429])('tells status %d as unreachable', async (status) => {
    world.registry.interfere = (_request, response) => {
      response.writeHead(status).end('{}');
      return true;
    };
    await expect(world.client.resolve('@scope/p')).rejects.toMatchObject({
      status: 502,
      code: 'registry_unreachable',
    });
  });

  it('tells a broken connection as unreachable', async () => {
    world.registry.interfere = (request) => {
      request.socket.destroy();
      return true;
    };
    await expect(world.client.resolve('@scope/p')).rejects.toMatchObject({ code: 'registry_unreachable' });
    await expect(world.builder.plan('@scope/p', '2.0.0')).rejects.toMatchObject({
      code: 'registry_unreachable',
    });
  });

  it('waits no longer than its limit, before and in the middle of an answer', async () => {
    const client = world.clientWith({ timeoutMs: 200 });
    for (const begin of [false, true]) {
      world.registry.interfere = (_request, response) => {
        if (begin) response.writeHead(200).write('{');
        return true;
      };
      await expect(client.resolve('@scope/p')).rejects.toMatchObject({
        status: 504,
        code: 'registry_timeout',
      });
    }
  });

  it('reads no packument beyond its limit', async () => {
    const client = world.clientWith({ maxBytes: 10_000 });
    world.registry.interfere = (_request, response) => {
      response.end(`{"x":"${'x'.repeat(100_000)}"}`);
      return true;
    };
    await expect(client.resolve('@scope/p')).rejects.toMatchObject({ code: 'registry_answer_invalid' });
  });

  it.each(['no json', 'null', '{}', '{"versions":{},"dist-tags":null}'])(
    'does not trip over %s',
    async (answer) => {
      world.registry.interfere = (_request, response) => {
        response.end(answer);
        return true;
      };
      await expect(world.client.resolve('@scope/p')).rejects.toMatchObject({ name: /BadGateway|NotFound/ });
    },
  );

  it('ends with the reason of its caller', async () => {
    world.registry.interfere = () => true;
    const reason = new Error('cancelled');
    await expect(world.client.resolve('@scope/p', 'latest', AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
