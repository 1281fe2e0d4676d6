import { describe, expect, it } from '@jest/globals';
import { matches } from './name-pattern.js';
import { type PolicyFacts, type PolicySettings, enforce, judge } from './package-policy.js';

const OPEN: PolicySettings = {
  POLICY_MIN_RELEASE_AGE: 0,
  POLICY_ALLOW: [],
  POLICY_DENY: [],
  POLICY_REQUIRE_SIGNATURE: false,
  POLICY_REQUIRE_PROVENANCE: false,
  POLICY_MAX_UNPACKED_MB: 10,
  POLICY_MAX_FILES: 100,
  POLICY_LICENSES: [],
};
const NOW = new Date('2026-01-02T00:00:00Z');
const rules = (facts: Partial<PolicyFacts>, settings: Partial<PolicySettings>): string[] =>
  judge({ name: '@scope/plugin', ...facts }, { ...OPEN, ...settings }, NOW).map(({ rule }) => rule);

describe('the policy', () => {
  it('lets everything in that no rule speaks against', () => {
    const facts = {
      dependencies: ['a'],
      publishedAt: NOW,
      license: null,
      signature: 'unsigned',
      provenance: 'absent',
    };
    expect(rules(facts, {})).toEqual([]);
  });

  it.each<[string, Partial<PolicyFacts>, Partial<PolicySettings>, boolean]>([
    ['an allowed scope', {}, { POLICY_ALLOW: ['@scope/*'] }, true],
    ['an allowed name', {}, { POLICY_ALLOW: ['other', '@scope/plugin'] }, true],
    ['a name not allowed', {}, { POLICY_ALLOW: ['@scope/plug', '@scop/*', 'plugin'] }, false],
    [
      'dependencies that no list of allowed names has',
      { dependencies: ['x'] },
      { POLICY_ALLOW: ['@scope/*'] },
      true,
    ],
    ['a denied scope', {}, { POLICY_DENY: ['@scope/*'] }, false],
    ['a denied dependency', { dependencies: ['fine', 'evil-lib'] }, { POLICY_DENY: ['evil-*'] }, false],
    [
      'old enough',
      { publishedAt: new Date('2026-01-01T00:00:00Z') },
      { POLICY_MIN_RELEASE_AGE: 1_440 },
      true,
    ],
    [
      'too young',
      { publishedAt: new Date('2026-01-01T00:00:01Z') },
      { POLICY_MIN_RELEASE_AGE: 1_440 },
      false,
    ],
    ['of unknown age', { publishedAt: null }, { POLICY_MIN_RELEASE_AGE: 1 }, false],
    [
      'published in the future',
      { publishedAt: new Date('2027-01-01') },
      { POLICY_MIN_RELEASE_AGE: 1 },
      false,
    ],
    ['a permitted licence', { license: 'MIT' }, { POLICY_LICENSES: ['mit'] }, true],
    ['a licence as an object', { license: { type: 'MIT' } }, { POLICY_LICENSES: ['MIT'] }, true],
    ['one of two licences', { license: '(MIT OR GPL-3.0)' }, { POLICY_LICENSES: ['MIT'] }, true],
    ['both of two licences needed', { license: 'MIT AND GPL-3.0' }, { POLICY_LICENSES: ['MIT'] }, false],
    ['no licence', { license: null }, { POLICY_LICENSES: ['MIT'] }, false],
    ['as large as permitted', { unpackedBytes: 10 * 2 ** 20 }, {}, true],
    ['larger than permitted', { unpackedBytes: 10 * 2 ** 20 + 1 }, {}, false],
    ['of unknown size', { unpackedBytes: null, files: null }, {}, true],
    ['more files than permitted', { files: 101 }, {}, false],
    ['signed', { signature: 'verified' }, { POLICY_REQUIRE_SIGNATURE: true }, true],
    ['unsigned', { signature: 'unsigned' }, { POLICY_REQUIRE_SIGNATURE: true }, false],
    [
      'of a signature that cannot be checked',
      { signature: 'unavailable' },
      { POLICY_REQUIRE_SIGNATURE: true },
      false,
    ],
    ['with provenance', { provenance: 'verified' }, { POLICY_REQUIRE_PROVENANCE: true }, true],
    ['without provenance', { provenance: 'absent' }, { POLICY_REQUIRE_PROVENANCE: true }, false],
    [
      'of provenance not to be checked',
      { provenance: 'unavailable' },
      { POLICY_REQUIRE_PROVENANCE: true },
      false,
    ],
  ])('judges a package that is %s', (_what, facts, settings, passes) => {
    expect(rules(facts, settings).length === 0).toBe(passes);
  });

  it('refuses with every rule and its way out', () => {
    const settings = { ...OPEN, POLICY_DENY: ['*'], POLICY_MAX_FILES: 1 };
    const refuse = (): void => enforce({ name: 'x', files: 2 }, settings);
    expect(refuse).toThrow(/POLICY_DENY refuses x: .* out of POLICY_DENY.*POLICY_MAX_FILES/);
    expect(refuse).toThrow(expect.objectContaining({ code: 'policy_refused', status: 422 }));
  });

  it.each([
    ['*', 'anything', true],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*a', 'a', false],
    ['*b*', 'abc', true],
    ['a*b*c', 'a-c-b', false],
    ['a.c', 'abc', false],
    ['', 'a', false],
  ])('matches %s with %s: %s', (pattern, name, expected) => expect(matches(pattern, name)).toBe(expected));
});
