import { describe, expect, it } from '@jest/globals';
import { entryName } from './catalog-draft.js';
import { gitHubRepositoryOf, linkOf, textOf, textsOf, versionOf } from './entry-fields.js';

describe('fields of somebody else', () => {
  it('are one line of plain text', () => {
    expect(textOf('a\u0000b\n\tc\u202Ed\u200Be\u2066', 50)).toBe('a b c d e');
    expect(textOf('<script>alert(1)</script>', 50)).toBe('<script>alert(1)</script>');
    expect(textOf(' \u0007 ', 50)).toBeNull();
    for (const value of [null, undefined, 7, {}, ['x']]) expect(textOf(value, 50)).toBeNull();
  });

  it('are cut without halving a character, and mended where one was halved before', () => {
    expect(textOf('ab😀', 3)).toBe('ab');
    expect(textOf('ab😀', 4)).toBe('ab😀');
    expect(textOf('x\uD800y', 9)).toBe('x\uFFFDy');
    expect(textOf('y'.repeat(100_000), 10)).toHaveLength(10);
  });

  it('are lists without repetition, of a certain length', () => {
    expect(textsOf(['a', 'a', 3, null, 'b', 'c'], 2, 5)).toEqual(['a', 'b']);
    expect(textsOf('a,b', 2, 5)).toEqual([]);
  });

  it('are links only where a browser may follow them', () => {
    expect(linkOf('https://plants.example/x?y#z')).toBe('https://plants.example/x?y#z');
    for (const bad of [
      'javascript:alert(1)',
      'data:text/html,x',
      'https://u:p@plants.example',
      '//x',
      'x',
      5,
    ])
      expect(linkOf(bad)).toBeNull();
  });

  it.each([
    ['github:acme/plants', 'acme/plants'],
    ['git+https://github.com/acme/plants.git', 'acme/plants'],
    ['https://github.com/acme/plants/tree/main/packages/x', 'acme/plants'],
    ['git+ssh://git@github.com/acme/plants.git', 'acme/plants'],
    ['gitlab:acme/plants', null],
    ['https://github.example/acme/plants', null],
    ['github:acme', null],
    ['github:../..', null],
    ['github:acme/..', null],
  ])('name the repository: %s', (address, repository) => {
    expect(gitHubRepositoryOf(address)).toBe(repository);
  });

  it('are versions as npm writes them', () => {
    expect(versionOf('v1.2.3')).toBe('1.2.3');
    for (const bad of ['latest', '^1.0.0', 'workspace:*', '', 1, `1.0.0-${'a'.repeat(300)}`])
      expect(versionOf(bad)).toBeNull();
  });

  it.each(['', 'a b', 'plugin-\u0430bc', 'a\u200Bb', '__proto__', '<b>', 'x'.repeat(215), '-x', '../../etc'])(
    'are no name: %j',
    (name) => expect(entryName(name)).toBeNull(),
  );
});
