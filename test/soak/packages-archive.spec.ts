import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type PackageWorld, packageWorld } from '../support/package-world.js';
import { type TarEntry, tar, tarball } from '../support/tar.js';

describe('hostile archives', () => {
  let world: PackageWorld;
  let count = 0;

  beforeAll(async () => {
    world = await packageWorld();
  });
  afterAll(() => world.close());

  const build = async (entries: TarEntry[], archive?: Buffer): Promise<unknown> => {
    const name = `hostile-${count++}`;
    world.registry.publish({ name, version: '1.0.0', entries, ...(archive && { archive }) });
    const plan = await world.builder.plan(name, '1.0.0');
    return world.builder.build(plan, world.directory(name));
  };

  it.each<[string, TarEntry[]]>([
    ['a path that leads out', [{ path: 'package/../../../evil.js', content: 'x' }]],
    ['a symbolic link', [{ path: 'package/link', kind: '2', link: '/etc/passwd' }]],
  ])('refuses %s', async (_what, entries) => {
    await expect(build(entries)).rejects.toMatchObject({ status: 422, code: 'package_refused' });
  });

  it('refuses more files than permitted', async () => {
    const many = Array.from({ length: 2_100 }, (_, at) => ({ path: `package/f${at}`, content: '' }));
    await expect(build(many)).rejects.toMatchObject({ code: 'package_refused', message: /more than 2000/ });
  });

  it('refuses a decompression bomb before it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 2 ** 20));
    expect(bomb.length).toBeLessThan(200_000);
    await expect(build([], bomb)).rejects.toMatchObject({
      code: 'package_refused',
      message: /unpacks to more/,
    });
  });

  it('refuses one that grows past the limit only with its dependencies', async () => {
    const half = (name: string, manifest = {}): void => {
      const entries = [{ path: 'package/big', content: Buffer.alloc(40 * 2 ** 20) }];
      world.registry.publish({ name, version: '1.0.0', entries, manifest });
    };
    half('half-b');
    half('half-a', { dependencies: { 'half-b': '1.0.0' } });
    const plan = await world.builder.plan('half-a', '1.0.0');
    await expect(world.builder.build(plan, world.directory('halves'))).rejects.toMatchObject({
      code: 'policy_refused',
      message: /POLICY_MAX_UNPACKED_MB/,
    });
  });

  it('refuses an archive that is none, or broken off, or not compressed and hostile', async () => {
    await expect(build([], Buffer.from('<html>not here</html>'))).rejects.toMatchObject({ status: 422 });
    const whole = tarball([{ path: 'package/package.json', content: '{}' }]);
    await expect(build([], whole.subarray(0, whole.length - 20))).rejects.toMatchObject({ status: 422 });
    const plain = tar([
      { path: 'package/package.json', content: '{"name":"x","version":"1.0.0"}' },
      { path: 'package/../../evil.js', content: 'x' },
    ]);
    await expect(build([], plain)).rejects.toMatchObject({ status: 422 });
  });

  it('leaves nothing behind: no directory, no file outside', async () => {
    expect(await readdir(join(world.folder, 'npm')).catch(() => [])).toEqual([]);
    expect(await readdir(join(world.folder, 'unfinished'))).toEqual([]);
    expect((await readdir(world.folder)).sort()).toEqual([
      'metadata',
      'npm',
      'package-manager.compiled',
      'store',
      'unfinished',
    ]);
    const all = await readdir(world.folder, { recursive: true });
    expect(all.filter((path) => path.includes('evil'))).toEqual([]);
  });
});
