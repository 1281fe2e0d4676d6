import { describe, expect, it } from '@jest/globals';
import { outermost } from './launch.js';

describe('the folders that a guest may read', () => {
  it.each([
    ['twice the same', ['/a', '/a'], ['/a']],
    ['one in another', ['/a/b/c', '/a', '/a/x.js'], ['/a']],
    [
      'one that only begins alike',
      ['/a/plug', '/a/plugin', '/a/plug.js'],
      ['/a/plug', '/a/plugin', '/a/plug.js'],
    ],
  ])('are named once: %s', (_name, given, expected) => {
    expect(outermost(given)).toEqual(expected);
  });
});
