import { describe, expect, it } from '@jest/globals';
import { hooks, isFromRegistry, realName } from './pnpm-hooks.js';

describe('where a dependency comes from', () => {
  it.each([
    '1.0.0',
    '^1.0.0',
    '>=1 <2 || 3.x',
    '',
    '*',
    'latest',
    'npm:good@1.0.0',
    'npm:@scope/good@^1',
    'npm:x',
  ])('takes "%s"', (spec) => expect(isFromRegistry(spec)).toBe(true));

  it.each([
    'git+https://host/x.git',
    'git+ssh://git@host/x.git',
    'git@host:x/y.git',
    'github:x/y',
    'x/y',
    'http://host/x.tgz',
    'https://host/x.tgz',
    'file:../x',
    'link:../x',
    'workspace:*',
    'catalog:',
    'jsr:@x/y',
    '../x',
    './x',
    '/x',
    '~/x',
    'C:\\x',
    '..\\x',
    'npm:git+https://host/x',
    'npm:x@https://host/x.tgz',
    7,
    null,
    {},
  ])('refuses %j', (spec) => expect(isFromRegistry(spec)).toBe(false));

  it.each(['dependencies', 'optionalDependencies', 'peerDependencies'])('looks at %s', (field) => {
    const manifest = { name: 'a', version: '1.0.0', [field]: { good: '1', evil: 'x/y' } };
    expect(() => hooks.readPackage(manifest)).toThrow(/a@1\.0\.0 depends on "evil" from "x\/y"/);
    expect(hooks.readPackage({ [field]: { good: '1' } })).toEqual({ [field]: { good: '1' } });
  });
});

it.each([
  ['x', '^1.0.0', 'x'],
  ['x', 'npm:y', 'y'],
  ['x', 'npm:y@^1', 'y'],
  ['x', 'npm:@scope/y@1.0.0', '@scope/y'],
  ['x', 'npm:@scope/y', '@scope/y'],
])('%s from "%s" is %s', (name, spec, real) => {
  expect(realName(name, spec)).toBe(real);
});

it('gives the package manager a range where a peer is asked for by `latest`', () => {
  const manifest = { dependencies: { x: 'latest' }, peerDependencies: { core: 'latest', other: '^1' } };
  expect(hooks.readPackage(manifest)).toEqual({ ...manifest, peerDependencies: { core: '*', other: '^1' } });
});
