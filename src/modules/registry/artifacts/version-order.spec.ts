import { describe, expect, it } from '@jest/globals';
import semver from 'semver';
import { newestOf, versionRank } from './version-order.js';

const sorted = (versions: readonly string[]): string[] =>
  [...versions].sort((a, b) => (versionRank(a) < versionRank(b) ? -1 : 1));
const newest = (...versions: string[]): string | undefined =>
  newestOf(versions.map((version) => ({ version, versionRank: versionRank(version) })))?.version;

describe('the order of versions', () => {
  it('is that of semver.org', () => {
    const inOrder = [
      '0.9.10',
      '1.0.0-0',
      '1.0.0-9',
      '1.0.0-10',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-alpha-1',
      '1.0.0-alpha1',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.2.9',
      '1.2.10',
      '10.0.0',
    ];
    expect([...inOrder].reverse().sort(semver.compare)).toEqual(inOrder);
    expect(sorted([...inOrder].reverse())).toEqual(inOrder);
  });

  it('puts what is no semver first, and keeps builds of one version apart', () => {
    expect(sorted(['1.0.0', 'latest-build', '2026.1'])).toEqual(['2026.1', 'latest-build', '1.0.0']);
    expect(versionRank('1.0.0+a')).not.toBe(versionRank('1.0.0+b'));
  });

  it('makes a name stand for its newest release', () => {
    expect(newest('1.2.0', '2.0.0-rc.1', '1.10.0', 'nightly')).toBe('1.10.0');
    expect(newest('2.0.0-rc.1', '2.0.0-rc.2')).toBe('2.0.0-rc.2');
    expect(newest('nightly', 'weekly')).toBe('weekly');
    expect(newest()).toBeUndefined();
  });
});
