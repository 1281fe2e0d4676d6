import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PackageWorld, packageWorld } from '../support/package-world.js';

describe('minimum release age', () => {
  let world: PackageWorld;
  const hour = 60;
  const asked: string[] = [];

  beforeAll(async () => {
    world = await packageWorld();
    const young = new Date(Date.now() - 10 * 60_000);
    world.registry
      .publish({ name: 'library', version: '1.0.0' })
      .publish({ name: 'library', version: '1.1.0', publishedAt: young })
      .publish({ name: 'wants-any', version: '1.0.0', manifest: { dependencies: { library: '^1.0.0' } } })
      .publish({ name: 'wants-young', version: '1.0.0', manifest: { dependencies: { library: '1.1.0' } } })
      .publish({ name: 'further', version: '1.0.0', manifest: { dependencies: { 'wants-young': '1' } } })
      .publish({ name: 'timeless', version: '1.0.0' })
      .publish({ name: 'wants-timeless', version: '1.0.0', manifest: { dependencies: { timeless: '1' } } });
    world.registry.interfere = (request, response, path) => {
      asked.push(`${path} ${String(request.headers.accept)}`);
      if (path !== 'timeless') return false;
      const versions = { '1.0.0': { name: 'timeless', version: '1.0.0', dist: { shasum: '', tarball: '' } } };
      response.end(JSON.stringify({ name: 'timeless', 'dist-tags': { latest: '1.0.0' }, versions }));
      return true;
    };
  });
  afterAll(() => world.close());

  const libraryOf = async (name: string, POLICY_MIN_RELEASE_AGE: number): Promise<string | undefined> => {
    const plan = await world.builderWith({ POLICY_MIN_RELEASE_AGE }).plan(name, '1.0.0');
    return plan.closure.find((one) => one.name === 'library')?.version;
  };

  it('takes dependencies that are old enough', async () => {
    expect(await libraryOf('wants-any', hour)).toBe('1.0.0');
    expect(await libraryOf('wants-any', 0)).toBe('1.1.0');
  });

  it.each([
    ['of a dependency', 'wants-young'],
    ['of a dependency of a dependency', 'further'],
  ])('refuses where only a younger one %s would do, and says which and what to do', async (_whose, name) => {
    const refusal = { status: 422, code: 'policy_refused', message: /POLICY_MIN_RELEASE_AGE.*library/ };
    await expect(libraryOf(name, hour)).rejects.toMatchObject(refusal);
    const before = asked.length;
    const onResolved = (): void => undefined;
    const building = world
      .builderWith({ POLICY_MIN_RELEASE_AGE: hour })
      .planAndBuild({ name, version: '1.0.0' }, world.directory(name), { onResolved });
    await expect(building).rejects.toMatchObject(refusal);
    expect(asked.slice(before).filter((path) => path.includes('library-'))).toEqual([]);
  });

  it('refuses what the registry does not tell the age of', async () => {
    await expect(libraryOf('wants-timeless', hour)).rejects.toMatchObject({
      code: 'policy_refused',
      message: /POLICY_MIN_RELEASE_AGE.*timeless/,
    });
  });

  it('asks for no more than without it where it is off', async () => {
    const other = await packageWorld();
    const accepted: string[] = [];
    other.registry.publish({ name: 'plain', version: '1.0.0' });
    other.registry.interfere = (request, _response, path) => {
      if (path === 'plain') accepted.push(String(request.headers.accept));
      return false;
    };
    await other.builderWith({ POLICY_MIN_RELEASE_AGE: 0 }).plan('plain', '1.0.0');
    expect(accepted).toEqual([expect.stringContaining('application/vnd.npm.install-v1+json')]);
    await other.close();
  });
});
