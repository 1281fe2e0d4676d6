import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PackageWorld, packageWorld } from '../support/package-world.js';

describe('minimum release age', () => {
  let world: PackageWorld;
  const hour = 60;

  beforeAll(async () => {
    world = await packageWorld();
    const young = new Date(Date.now() - 10 * 60_000);
    world.registry
      .publish({ name: 'library', version: '1.0.0' })
      .publish({ name: 'library', version: '1.1.0', publishedAt: young })
      .publish({ name: 'wants-any', version: '1.0.0', manifest: { dependencies: { library: '^1.0.0' } } })
      .publish({ name: 'wants-young', version: '1.0.0', manifest: { dependencies: { library: '1.1.0' } } });
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

  it('refuses where only a younger one would do, and says what to do', async () => {
    await expect(libraryOf('wants-young', hour)).rejects.toMatchObject({
      status: 422,
      code: 'policy_refused',
      message: /POLICY_MIN_RELEASE_AGE.*library/,
    });
  });
});
