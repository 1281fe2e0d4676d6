import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageWorld, packageWorld } from '../support/package-world.js';

let world: PackageWorld;
beforeAll(async () => {
  world = await packageWorld();
  world.registry.publish({ name: 'left', version: '1.0.0' });
  world.registry.publish({
    name: 'planned',
    version: '1.0.0',
    manifest: { dependencies: { left: '^1.0.0' } },
  });
});
afterAll(() => world.close());

it('answers a plan again without the registry, until metadata is asked for anew', async () => {
  const { builder, registry, folder } = world;
  const first = await builder.plan('planned', '1.0.0');
  registry.publish({ name: 'left', version: '1.1.0' });
  const asked = registry.requests.length;
  expect(await builder.plan('planned', '1.0.0')).toBe(first);
  expect(registry.requests.length).toBe(asked);

  await utimes(join(folder, 'metadata', 'kept-since'), new Date(0), new Date(0));
  const { closure } = await builder.plan('planned', '1.0.0');
  expect(closure.map(({ version }) => version).sort()).toEqual(['1.0.0', '1.1.0']);
});
