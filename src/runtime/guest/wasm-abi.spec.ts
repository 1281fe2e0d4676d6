import { describe, expect, it } from '@jest/globals';
import { hookInput, hookOutput, readAssemblyScriptString, readUtf8, unpack } from './wasm-abi.js';

describe('unpack', () => {
  it('splits pointer and length', () => {
    expect(unpack((5n << 32n) | 7n)).toEqual({ pointer: 5, length: 7 });
    expect(unpack(0n)).toEqual({ pointer: 0, length: 0 });
  });

  it('reads the signed number that WebAssembly hands over as unsigned', () => {
    expect(unpack(-1n)).toEqual({ pointer: 0xffff_ffff, length: 0xffff_ffff });
    expect(unpack(BigInt.asIntN(64, (0x8000_0000n << 32n) | 3n))).toEqual({
      pointer: 0x8000_0000,
      length: 3,
    });
  });
});

describe('readUtf8', () => {
  const memory = new Uint8Array([0, ...Buffer.from('é€'), 0xff]).buffer;

  it('reads text at a pointer, up to the very end', () => {
    expect(readUtf8(memory, { pointer: 1, length: 5 })).toBe('é€');
    expect(readUtf8(new Uint8Array([65]).buffer, { pointer: 0, length: 1 })).toBe('A');
  });

  it('takes a length of 0 as the empty text wherever it points', () => {
    expect(readUtf8(memory, { pointer: 4_000_000_000, length: 0 })).toBe('');
  });

  it('refuses a span outside the memory', () => {
    expect(() => readUtf8(memory, { pointer: 1, length: 7 })).toThrow(RangeError);
    expect(() => readUtf8(memory, { pointer: 0xffff_ffff, length: 1 })).toThrow('outside its memory');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => readUtf8(memory, { pointer: 6, length: 1 })).toThrow('not valid');
  });
});

describe('readAssemblyScriptString', () => {
  const text = Buffer.from('Üh oh', 'utf16le');
  const memory = new ArrayBuffer(64);
  new DataView(memory).setUint32(8, text.length, true);
  new Uint8Array(memory).set(text, 12);

  it('reads UTF-16 with the length before it', () => {
    expect(readAssemblyScriptString(memory, 12)).toBe('Üh oh');
  });

  it('is empty, or stays inside the memory, for pointers that mean nothing', () => {
    expect(readAssemblyScriptString(memory, 0)).toBe('');
    expect(readAssemblyScriptString(memory, -1)).toBe('');
    new DataView(memory).setUint32(56, 0xffff_ffff, true);
    expect(readAssemblyScriptString(memory, 60)).toHaveLength(2);
  });
});

describe('hookInput and hookOutput', () => {
  it('gives every member a hook may read', () => {
    expect(JSON.parse(hookInput('postLLMHook', {}))).toEqual({
      context: {},
      response: null,
      error: {},
      has_error: false,
    });
    expect(JSON.parse(hookInput('postLLMHook', { error: { code: 2 } }))).toMatchObject({
      error: { code: 2 },
      has_error: true,
    });
    expect(JSON.parse(hookInput('httpTransportStreamChunkHook', { chunk: 'c' }))).toEqual({
      context: {},
      request: null,
      chunk: 'c',
    });
  });

  it('takes the empty text as no change and refuses what is not JSON', () => {
    expect(hookOutput('')).toBeNull();
    expect(hookOutput('{"a":1}')).toEqual({ a: 1 });
    expect(() => hookOutput('{a')).toThrow('not JSON');
  });

  it('refuses integers that would lose digits, wherever they stand', () => {
    for (const output of ['{"id":1187654321098765432}', '[[-9007199254740993]]', '9'.repeat(5_000)])
      expect(() => hookOutput(output)).toThrow('return it as text');
    const kept = '{"a":"1187654321098765432","1187654321098765432":[9007199254740992,0.1234567890123456789]}';
    expect(hookOutput(kept)).toEqual(JSON.parse(kept));
  });
});
