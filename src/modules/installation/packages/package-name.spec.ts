import { describe, expect, it } from '@jest/globals';
import { checkPackageName, checkVersionSpec, packageFolder } from './package-name.js';

const code = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return null;
};

describe('package names', () => {
  it.each(['left-pad', '@elizaos/plugin-openai', 'a', '@a/b', 'x.y_z', 'a'.repeat(214)])('takes %s', (name) =>
    expect(code(() => checkPackageName(name))).toBeNull(),
  );

  it.each([
    '',
    ' ',
    'Express',
    '@Scope/name',
    'exprеss',
    'ｅxpress',
    'express\u200b',
    'a b',
    ' express',
    '../evil',
    '@a/../b',
    '@a/b/c',
    '/etc/passwd',
    'C:\\x',
    'a;rm -rf',
    '$(id)',
    '--registry=x',
    '-g',
    '.hidden',
    '_private',
    'node_modules',
    'favicon.ico',
    'fs',
    'https://host/x.tgz',
    'github:x/y',
    'x@1.0.0',
    '@scope',
    '@/x',
    'a'.repeat(215),
    "it's",
    'a*',
    null as unknown as string,
    {} as unknown as string,
    ['express'] as unknown as string,
  ])('refuses %j', (name) => expect(code(() => checkPackageName(name))).toBe('package_name_invalid'));

  it('names the ASCII name that was perhaps meant, and shows odd letters as numbers', () => {
    expect(() => checkPackageName('Express')).toThrow(/Did you mean "express"/);
    expect(() => checkPackageName('exprеss')).toThrow(/expr\\u\{435\}ss/);
  });

  it('gives each name a folder of its own', () => {
    expect(packageFolder('@a_b/c')).toBe('@a_b+c');
    expect(packageFolder('@a/b_c')).toBe('@a+b_c');
    expect(packageFolder('plain')).toBe('plain');
    expect(code(() => packageFolder('a+b'))).toBe('package_name_invalid');
  });
});

describe('wanted versions', () => {
  it.each([
    ['', ''],
    [' 1.2.3 ', '1.2.3'],
    ...['v1.2.3', '1.2.3-beta.1', '^1.2', '*', '1.x || >=2.5.0', 'next', '2024-q1', '_x', '--force'].map(
      (text) => [text, text] as const,
    ),
  ])('takes %j', (text, spec) => expect(checkVersionSpec(text)).toEqual(spec));

  it.each([
    'https://host/x.tgz',
    'file:../x',
    'npm:other@1',
    '../x',
    '.',
    '.hidden',
    'x.tgz',
    '1.0.0; id',
    '$(id)',
    'x'.repeat(300),
    '@',
  ])('refuses %j', (text) => expect(code(() => checkVersionSpec(text))).toBe('package_version_invalid'));
});
