import { beforeAll, describe, expect, it } from '@jest/globals';

interface Package {
  version: string;
  integrity?: string;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
}
interface Lock {
  packages: Record<string, Package>;
}
interface Install {
  isAtLeast(version: string, wanted: string): boolean;
  missingPackages(wanted: Lock, installed: Lock, development: boolean): string[];
}

describe('whether npm packages must be installed', () => {
  let install: Install;
  beforeAll(async () => {
    install = (await import(new URL('../../../scripts/install.mjs', import.meta.url).href)) as Install;
  });

  const wanted: Lock = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '2.0.0', integrity: 'sha512-a' },
      'node_modules/tool': { version: '1.0.0', dev: true },
      'node_modules/native': { version: '1.0.0', optional: true },
      'node_modules/both': { version: '1.0.0', devOptional: true },
    },
  };
  const without = (...names: string[]): Lock => ({
    packages: Object.fromEntries(Object.entries(wanted.packages).filter(([name]) => !names.includes(name))),
  });

  it('says no when all are there, those for other platforms or not', () => {
    expect(install.missingPackages(wanted, wanted, true)).toEqual([]);
    expect(install.missingPackages(wanted, without('node_modules/native'), true)).toEqual([]);
  });

  it('names what is missing, of another version, or of other content', () => {
    expect(install.missingPackages(wanted, without('node_modules/a'), true)).toEqual(['node_modules/a']);
    for (const a of [
      { version: '1.9.0', integrity: 'sha512-a' },
      { version: '2.0.0', integrity: 'sha512-b' },
    ]) {
      const installed = { packages: { ...wanted.packages, 'node_modules/a': a } };
      expect(install.missingPackages(wanted, installed, true)).toEqual(['node_modules/a']);
    }
  });

  it('asks for the development packages only where something is to be built', () => {
    const installed = without('node_modules/tool', 'node_modules/both');
    expect(install.missingPackages(wanted, installed, false)).toEqual([]);
    expect(install.missingPackages(wanted, installed, true)).toEqual([
      'node_modules/tool',
      'node_modules/both',
    ]);
  });

  it.each([
    ['20.19.0', true],
    ['20.18.9', false],
    ['22.0.0', true],
    ['18.20.0', false],
    ['20.9.0', false],
  ])('compares Node %s with 20.19: %s', (version, enough) => {
    expect(install.isAtLeast(version, '20.19')).toBe(enough);
  });
});
