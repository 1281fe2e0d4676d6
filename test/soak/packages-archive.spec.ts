import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type PackageWorld, packageWorld } from '../support/package-world.js';
import { pax, type TarEntry, tar, tarball } from '../support/tar.js';
import { zip } from '../support/zip.js';

type Pack = (entries: readonly TarEntry[]) => Buffer;

/** The package manager unpacks archives of a registry whether they are compressed or not. */
const PACKS: [string, Pack][] = [
  ['compressed', tarball],
  ['plain', tar],
];
const hidden = tar([{ path: 'package/hidden.js', content: 'evil' }]);

describe('hostile archives', () => {
  let world: PackageWorld;
  let count = 0;

  beforeAll(async () => {
    world = await packageWorld();
  });
  afterAll(() => world.close());

  /** Publishes a package that nothing is wrong with but what is added, and builds it. */
  const build = (pack: (manifest: TarEntry) => Buffer, builder = world.builder): Promise<unknown> => {
    const name = `hostile-${count++}`;
    const manifest = { path: 'package/package.json', content: JSON.stringify({ name, version: '1.0.0' }) };
    world.registry.publish({ name, version: '1.0.0', archive: pack(manifest) });
    return builder.planAndBuild({ name, version: '1.0.0' }, world.directory(name), {
      onResolved: () => undefined,
    });
  };

  describe.each(PACKS)('%s', (_form, pack) => {
    it('are none when nothing is wrong with them', async () => {
      expect(await build((manifest) => pack([manifest]))).toMatchObject({ built: { scripts: [] } });
    });

    it.each<[string, TarEntry[], RegExp]>([
      ['a path that leads out', [{ path: 'package/../../../evil.js', content: 'x' }], /leads out/],
      ['a symbolic link', [{ path: 'package/link', kind: '2', link: '/etc/passwd' }], /symbolic link/],
      ['a hard link', [{ path: 'package/link', kind: '1', link: '/etc/passwd' }], /hard link/],
      [
        'an entry that only a reader of pax sizes finds',
        [pax({ size: '0' }), { path: 'package/a', content: hidden }],
        /two sizes/,
      ],
      [
        'more files than permitted',
        Array.from({ length: 2_100 }, (_, at) => ({ path: `package/f${at}` })),
        /more than 2000/,
      ],
    ])('are refused for %s', async (_what, entries, message) => {
      const refusal = build((manifest) => pack([manifest, ...entries]));
      await expect(refusal).rejects.toMatchObject({ status: 422, code: 'package_refused', message });
    });

    it('are refused when they are broken off', async () => {
      const data = { path: 'package/data', content: randomBytes(5_000) };
      const refusal = build((manifest) => pack([manifest, data]).subarray(0, -1_100));
      await expect(refusal).rejects.toMatchObject({ status: 422, code: 'package_refused' });
    });

    it('are refused when they are too large', async () => {
      const large = { path: 'package/a', content: randomBytes(2 ** 20 + 1) };
      const builder = world.builderWith({ POLICY_MAX_UNPACKED_MB: 1 });
      await expect(build((manifest) => pack([manifest, large]), builder)).rejects.toMatchObject({
        code: 'package_refused',
        message: /unpacks to more than \d+ bytes: POLICY_MAX_UNPACKED_MB/,
      });
    });
  });

  it('refuses a decompression bomb before it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 2 ** 20));
    expect(bomb.length).toBeLessThan(200_000);
    await expect(build(() => bomb)).rejects.toMatchObject({
      code: 'package_refused',
      message: /unpacks to more/,
    });
  });

  it('refuses a small one by its ratio', async () => {
    const zeros = { path: 'package/zeros', content: Buffer.alloc(3 * 2 ** 20) };
    await expect(build((manifest) => tarball([manifest, zeros]))).rejects.toMatchObject({
      code: 'package_refused',
      message: /200 times/,
    });
  });

  it('refuses one that grows past the limit only with its dependencies', async () => {
    const half = (name: string, manifest = {}): void => {
      const entries = [
        {
          path: 'package/big',
          content: randomBytes(2 ** 20)
            .toString('hex')
            .repeat(20),
        },
      ];
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

  it.each<[string, Buffer, RegExp]>([
    ['a page', Buffer.from('<html>not here</html>'), /no tar archive/],
    ['nothing', Buffer.alloc(0), /cut short/],
    ['a zip archive', zip([{ path: 'package/package.json', content: '{}' }]), /packed with zip: .*gzip/],
    ['xz', Buffer.from('fd377a585a000004e6d6b446', 'hex'), /packed with xz: .*gzip/],
    ['gzip twice', gzipSync(tarball([{ path: 'package/package.json', content: '{}' }])), /cut short|no tar/],
  ])('refuses what is no archive: %s', async (_what, bytes, message) => {
    await expect(build(() => bytes)).rejects.toMatchObject({ status: 422, code: 'package_refused', message });
  });

  it('leaves nothing behind: no directory, no file outside', async () => {
    const built = await readdir(join(world.folder, 'npm')).catch(() => []);
    expect(built.sort()).toEqual(['hostile-0', 'hostile-8']);
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
