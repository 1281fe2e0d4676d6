import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageWorld, packageWorld } from '../support/package-world.js';

describe('lifecycle scripts', () => {
  let world: PackageWorld;

  beforeAll(async () => {
    world = await packageWorld();
  });
  afterAll(() => world.close());

  it('runs none, of the package or its dependencies, and reports each', async () => {
    const trace = join(world.folder, 'ran');
    const touch = (script: string): string => `node -e "require('fs').writeFileSync('${trace}','${script}')"`;
    world.registry.publish({ name: 'native', version: '1.0.0', files: { 'binding.gyp': '{}' } }).publish({
      name: 'scripted',
      version: '1.0.0',
      manifest: {
        dependencies: { native: '1.0.0' },
        scripts: Object.fromEntries(
          ['preinstall', 'install', 'postinstall', 'prepare', 'test'].map((name) => [name, touch(name)]),
        ),
      },
      files: {
        '.npmrc': 'ignore-scripts=false',
        '.pnpmfile.cjs': `require('fs').writeFileSync('${trace}','')`,
      },
    });
    const plan = await world.builder.plan('scripted', '1.0.0');
    const { scripts } = await world.builder.build(plan, world.directory());
    expect(scripts.map((one) => `${one.package} ${one.script}`)).toEqual([
      'native@1.0.0 install',
      'scripted@1.0.0 install',
      'scripted@1.0.0 postinstall',
      'scripted@1.0.0 preinstall',
    ]);
    await expect(access(trace)).rejects.toThrow();
  });
});
