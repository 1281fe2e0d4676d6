import { describe, expect, it } from '@jest/globals';
import { closureDetails } from './closure-details.js';
import type { PackageManifest } from './package-registry.client.js';

const HERE = { os: 'linux', cpu: 'x64', libc: 'glibc' };

function detailsOf(manifest: Record<string, unknown> | null): ReturnType<typeof closureDetails> {
  const one = { name: 'a', version: '1.0.0' };
  const known = manifest && ({ ...one, dist: {}, ...manifest } as PackageManifest);
  return closureDetails([{ ...one, integrity: '' }], new Map([['a@1.0.0', known]]), HERE);
}

describe('closureDetails', () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ['nothing', {}, false],
    ['this system', { os: ['linux', 'darwin'] }, false],
    ['another system', { os: ['win32'] }, true],
    ['all systems but this', { os: ['!linux'] }, true],
    ['all systems but another', { os: ['!win32'] }, false],
    ['a text instead of a list', { cpu: 'arm64' }, true],
    ['another processor', { os: ['linux'], cpu: ['arm64'] }, true],
    ['another C library', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }, true],
    ['this C library', { libc: ['glibc'] }, false],
    ['what cannot be read', { os: 7, cpu: [null] }, false],
  ])('knows by %s whether a package is fetched here', (_, manifest, otherPlatform) => {
    expect(detailsOf(manifest).packages[0]?.otherPlatform).toBe(otherPlatform);
  });

  it('sums what is fetched here, and counts what is not known', () => {
    const sized = { dist: { unpackedSize: 10, fileCount: 2 } };
    expect(detailsOf(sized).total).toEqual({ packages: 1, unpackedSize: 10, files: 2, unknown: 0 });
    expect(detailsOf({}).total).toEqual({ packages: 1, unpackedSize: 0, files: 0, unknown: 1 });
    expect(detailsOf(null).total).toEqual({ packages: 1, unpackedSize: 0, files: 0, unknown: 1 });
    const elsewhere = { ...sized, os: ['win32'] };
    expect(detailsOf(elsewhere).total).toEqual({ packages: 0, unpackedSize: 0, files: 0, unknown: 0 });
  });

  it('believes no odd size and no odd script', () => {
    const { packages, scripts } = detailsOf({
      dist: { unpackedSize: -1, fileCount: '7' },
      scripts: { install: 7, postinstall: 'x'.repeat(9_000) },
    });
    expect(packages[0]).toMatchObject({ unpackedSize: null, fileCount: null });
    expect(scripts).toEqual([{ package: 'a@1.0.0', script: 'postinstall', command: 'x'.repeat(500) }]);
  });
});
