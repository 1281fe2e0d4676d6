import { beforeEach, describe, expect, it } from '@jest/globals';
import { type HookAnswer, WasmPlugin } from '../support/wasm-plugin.js';

const file = new URL('../../../plugins/header-policy/build/header-policy.wasm', import.meta.url);
const request = {
  method: 'GET',
  path: '/v1/models',
  headers: { 'X-Tenant': 'blue' },
  query: {},
  body: 'AAA=',
};
let plugin: WasmPlugin;

beforeEach(() => {
  plugin = new WasmPlugin(file);
});

describe('texts', () => {
  it('passes on, byte for byte, what it does not change', () => {
    plugin.init({ setHeaders: { 'x-a': 'ü "😀" \\ \t' } });
    const context = '{"n":1.50e+3,"big":12345678901234567890,"s":"\\ud83d\\u00fc\\n\\/"}';
    const sent = '{"path":"/\\u00fc","headers":{"x-b":"\\ud800 é"},"body":null,"own":[1, {}]}';
    expect(plugin.preHookText(`{"request":${sent},"context":${context}}`)).toBe(
      `{"context":${context},"request":{"path":"/\\u00fc","body":null,"own":[1, {}],"headers":` +
        `{"x-b":"\\ud800 é","x-a":"ü \\"😀\\" \\\\ \\u0009"}},"response":null,"has_response":false,"error":""}`,
    );
  });

  it('understands names that are written with escapes', () => {
    plugin.init({ removeHeaders: ['x-secret'] });
    const input = '{"request":{"headers":{"\\u0058-Secr\\u0065t":"1","\\ud800":"2","a\\"b\\n":"3"}}}';
    expect(JSON.parse(plugin.preHookText(input))).toMatchObject({
      request: { headers: { '\ud800': '2', 'a"b\n': '3' } },
    });
  });
});

describe('malformed input', () => {
  it.each(
    [
      [
        '',
        '{',
        '[1,]',
        '{"a":1,}',
        '{"a" 1}',
        '{a:1}',
        '"\\x"',
        '"\\u12g4"',
        '"a\nb"',
        '01',
        '1.',
        '-',
        '1e',
        'tru',
      ],
      [
        'nul',
        '{} x',
        '"',
        '"\\',
        '"\\u',
        '\u0000',
        '{"request":{"headers":{"a":"b"}}',
        '[[',
        '}',
        ']',
        ',',
        '{"a":}',
      ],
    ].flat(),
  )('answers %j with an error', (input) => {
    expect(JSON.parse(plugin.preHookText(input))).toEqual({
      context: {},
      request: null,
      response: null,
      has_response: false,
      error: 'the input is not valid JSON',
    });
  });

  it('answers an error for valid JSON of the wrong shape, with the context as it came', () => {
    const context = { id: 1 };
    expect(plugin.preHook({ context })).toMatchObject({ context, error: 'the input has no request' });
    expect(plugin.preHook({ context, request: [] })).toMatchObject({ error: 'the input has no request' });
    expect(plugin.preHook([1])).toMatchObject({ error: 'the input has no request' });
    expect(plugin.preHook({ context, request: { headers: ['a'] } })).toMatchObject({
      error: 'the headers of the request are not an object',
    });
  });

  it('refuses deep nesting instead of overflowing its stack', () => {
    const nested = (depth: number) => `{"request":{},"context":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(JSON.parse(plugin.preHookText(nested(60)))).toMatchObject({ error: '' });
    expect(JSON.parse(plugin.preHookText(nested(100_000)))).toMatchObject({
      error: 'the input is not valid JSON',
    });
  });

  it('agrees with JSON.parse on what is JSON after any one byte is lost or changed', () => {
    const text = JSON.stringify({
      context: { a: [1.5e3, true, null] },
      request: { headers: { 'x-é': 'a\\"\n' } },
    });
    const bytes = new TextEncoder().encode(text);
    for (let i = 0; i < bytes.length; i++) {
      for (const replaced of [[], [0x22], [0x7d], [0x5c], [0x2c], [0x30]]) {
        const broken = Uint8Array.from([...bytes.slice(0, i), ...replaced, ...bytes.slice(i + 1)]);
        const { error } = JSON.parse(plugin.preHookText(broken, false)) as HookAnswer;
        expect([i, replaced, error === 'the input is not valid JSON']).toEqual([
          i,
          replaced,
          !isJson(broken),
        ]);
      }
    }
  });
});

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

describe('memory', () => {
  it('does not grow in 50,000 calls, whether or not the host frees the answers', () => {
    plugin.init({ setHeaders: { 'x-a': 'b' }, removeHeaders: ['x-tenant'], requireHeaders: ['x-tenant'] });
    const input = new TextEncoder().encode(JSON.stringify({ context: {}, request }));
    const call = (freeAnswer: boolean) => {
      const answer = BigInt.asUintN(
        64,
        plugin.withInput(input, (p, l) => plugin.exports.http_pre_hook(p, l)),
      );
      if (freeAnswer) plugin.exports.free(Number(answer >> 32n), Number(answer & 0xffffffffn));
    };
    for (let i = 0; i < 1_000; i++) call(false);
    const before = plugin.memoryBytes;
    for (let i = 0; i < 50_000; i++) call(i % 2 === 0);
    expect(plugin.memoryBytes).toBe(before);
    expect(plugin.preHook({ request: { headers: { 'x-tenant': 'a' } } }).request).toEqual({
      headers: { 'x-a': 'b' },
    });
  });

  it('works on with answers and inputs of a few megabytes, and uses the room again', () => {
    plugin.init({ setHeaders: { 'x-a': 'b' } });
    const big = { request: { ...request, body: 'A'.repeat(4 * 2 ** 20) } };
    for (let i = 0; i < 3; i++) plugin.preHook(big);
    const before = plugin.memoryBytes;
    for (let i = 0; i < 10; i++) expect(plugin.preHook(big).request?.body).toBe(big.request.body);
    expect(plugin.memoryBytes).toBe(before);
    expect(before).toBeLessThan(64 * 2 ** 20);
  });
});
