import { describe, expect, it } from '@jest/globals';
import { describeError, describeExit, type Exit } from './exit-cause.js';

const exit = (more: Partial<Exit>): string =>
  describeExit({ code: null, signal: null, tail: [], heapMb: 64, memoryMb: 512, ...more });

describe('the cause of an exit in words', () => {
  it.each<[string, Partial<Exit>, string]>([
    ['a code', { code: 3 }, 'exited with code 3'],
    ['a signal', { signal: 'SIGKILL' }, 'was ended by SIGKILL'],
    [
      'a full heap',
      {
        signal: 'SIGABRT',
        tail: ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'],
      },
      'ran out of memory (heap limit 64 MiB, GUEST_HEAP_MB)',
    ],
    [
      'a full memory',
      { signal: 'SIGABRT', tail: ['FATAL ERROR: Committing semi space failed. Allocation failed'] },
      'ran out of memory (limit 512 MiB, GUEST_MEMORY_MB)',
    ],
    [
      'an error that nobody caught',
      { code: 1, tail: ['    throw x', 'TypeError: x is not a function', '    at a.js:1'] },
      'exited with code 1: TypeError: x is not a function',
    ],
    [
      'a module that does not compile',
      { code: 1, tail: ['file:///p/a.mjs:3', 'let = 1;', '    ^', '', 'SyntaxError: Unexpected token'] },
      'SyntaxError: Unexpected token (file:///p/a.mjs:3:5)',
    ],
    [
      'a module that does not compile, with a very long line',
      { code: 1, tail: ['/p/a.mjs:1', 'let', '', 'SyntaxError: Unexpected token'] },
      'SyntaxError: Unexpected token (/p/a.mjs:1)',
    ],
    [
      'words about memory from one that ended well',
      { code: 0, tail: ['out of memory'] },
      'exited with code 0',
    ],
  ])('%s', (_name, more, expected) => {
    expect(exit(more)).toBe(expected);
  });
});

describe('an error of a plugin', () => {
  it.each([
    'RangeError: Array buffer allocation failed',
    'RangeError: Failed to allocate memory',
    'RangeError: WebAssembly.Memory(): could not allocate memory',
    'RangeError: WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance',
    'uncaught exception: RangeError: Array buffer allocation failed',
  ])('that comes from its memory limit says so: %s', (message) => {
    expect(describeError(message, 512)).toBe(
      `ran out of memory (limit 512 MiB, GUEST_MEMORY_MB): ${message}`,
    );
  });

  it.each(['Error: the model server ran out of memory', 'RangeError: Invalid string length'])(
    'that does not stays as it is: %s',
    (message) => {
      expect(describeError(message, 512)).toBe(message);
    },
  );
});
