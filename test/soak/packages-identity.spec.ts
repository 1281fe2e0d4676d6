import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageWorld, packageWorld } from '../support/package-world.js';
import { tarball } from '../support/tar.js';

describe('packages that are not what they claim', () => {
  let world: PackageWorld;

  beforeAll(async () => {
    world = await packageWorld();
  });
  afterAll(() => world.close());

  const install = async (name: string): Promise<unknown> => {
    const plan = await world.builder.plan(name, '1.0.0');
    return world.builder.build(plan, world.directory(name));
  };

  it('refuses bytes that the registry did not promise', async () => {
    const archive = tarball([
      { path: 'package/package.json', content: '{"name":"swapped","version":"1.0.0"}' },
    ]);
    world.registry.publish({ name: 'swapped', version: '1.0.0' });
    world.registry.interfere = (_request, response, path) => {
      if (!path.endsWith('swapped-1.0.0.tgz')) return false;
      response.end(archive);
      return true;
    };
    await expect(install('swapped')).rejects.toMatchObject({ status: 422, code: 'integrity_mismatch' });
    world.registry.interfere = () => false;
  });

  it('refuses an archive without a strong hash', async () => {
    world.registry.publish({ name: 'hashless', version: '1.0.0', dist: { integrity: undefined } });
    await expect(install('hashless')).rejects.toMatchObject({
      code: 'package_refused',
      message: /strong hash/,
    });
  });

  it.each([
    ['another name', '{"name":"express","version":"1.0.0"}'],
    ['another version', '{"name":"masked","version":"9.0.0"}'],
    ['no name', '{}'],
    ['no JSON', 'hello'],
    ['a list', '[]'],
  ])('refuses an archive whose package.json says %s', async (what, content) => {
    const name = what === 'another version' ? 'masked' : `masked-${what.replace(' ', '-').toLowerCase()}`;
    world.registry.publish({
      name,
      version: '1.0.0',
      archive: tarball([{ path: 'package/package.json', content }]),
    });
    await expect(install(name)).rejects.toMatchObject({ status: 422, code: 'package_refused' });
    await expect(access(world.directory(name))).rejects.toThrow();
  });

  it('refuses a dependency that calls itself another', async () => {
    const archive = tarball([
      { path: 'package/package.json', content: '{"name":"express","version":"1.0.0"}' },
    ]);
    world.registry
      .publish({ name: 'liar', version: '1.0.0', archive })
      .publish({ name: 'honest', version: '1.0.0', manifest: { dependencies: { liar: '1.0.0' } } });
    await expect(install('honest')).rejects.toMatchObject({
      code: 'package_refused',
      message: /liar|express/,
    });
  });

  it('refuses an answer about another package', async () => {
    world.registry.publish({ name: 'asked', version: '1.0.0', claims: { name: 'answered' } });
    await expect(world.client.resolve('asked')).rejects.toMatchObject({ code: 'registry_answer_invalid' });
  });

  it('judges the files that are there, not the sizes that were claimed', async () => {
    const dist = { unpackedSize: 1, fileCount: 1 };
    const files = { 'big.bin': 'x'.repeat(2 * 2 ** 20) };
    world.registry.publish({ name: 'small-talk', version: '1.0.0', files, dist });
    const { builderWith, directory } = world;
    const plan = await world.builder.plan('small-talk', '1.0.0');
    await expect(
      builderWith({ POLICY_MAX_UNPACKED_MB: 1 }).build(plan, directory('talk')),
    ).rejects.toMatchObject({
      status: 422,
    });
    expect((await world.client.resolve('small-talk')).dist).toMatchObject(dist);
  });

  it('keeps scopes and names apart that look alike', async () => {
    for (const name of ['@a_b/c', '@a/b_c']) world.registry.publish({ name, version: '1.0.0' });
    world.registry.publish({
      name: 'both',
      version: '1.0.0',
      manifest: { dependencies: { '@a_b/c': '1.0.0', '@a/b_c': '1.0.0' } },
    });
    await install('both');
    for (const name of ['@a_b+c@1.0.0', '@a+b_c@1.0.0'])
      await access(join(world.directory('both'), 'node_modules/.pnpm', name));
  });
});
