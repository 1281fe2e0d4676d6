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

const pass = (changed: object) => plugin.preHook({ context: {}, request: { ...request, ...changed } });

/** Status and the error inside the body of a refusal. */
function refusal(answer: HookAnswer) {
  expect(answer).toMatchObject({ request: null, has_response: true, error: '' });
  expect(answer.response?.headers).toEqual({ 'content-type': 'application/json' });
  const body: unknown = JSON.parse(Buffer.from(answer.response?.body ?? '', 'base64').toString('utf8'));
  return [answer.response?.status_code, (body as { error: unknown }).error];
}

const { buildWasm } = (await import(new URL('../../../scripts/build-wasm.mjs', import.meta.url).href)) as {
  buildWasm(): Promise<string[]>;
};

describe('the module', () => {
  it('is not compiled again while its sources stay as they are', async () => {
    expect(await buildWasm()).toEqual([]);
  });

  it('imports abort alone, names itself, and does nothing without rules', () => {
    expect(plugin.imports).toEqual([{ module: 'env', name: 'abort', kind: 'function' }]);
    expect(plugin.read(plugin.exports.get_name())).toBe('HeaderPolicy');
    expect(plugin.exports.init(0, 0)).toBe(0);
    expect(plugin.preHook({ context: { id: 'a', n: 1 }, request })).toEqual({
      context: { id: 'a', n: 1 },
      request: null,
      response: null,
      has_response: false,
      error: '',
    });
  });

  it('forgets its rules at cleanup', () => {
    expect(plugin.init({ requireHeaders: ['x-a'] })).toBe(0);
    expect(pass({}).has_response).toBe(true);
    expect(plugin.exports.cleanup()).toBe(0);
    expect(pass({}).has_response).toBe(false);
  });
});

describe('headers', () => {
  it('removes by name, whatever the capitals, all of them', () => {
    plugin.init({ removeHeaders: ['X-Internal'] });
    const headers = { 'x-internal': '1', 'X-INTERNAL': '2', 'x-internal-too': '3' };
    expect(pass({ headers }).request).toEqual({ ...request, headers: { 'x-internal-too': '3' } });
    expect(pass({}).request).toBeNull();
  });

  it('sets in place of what was sent, and adds only where there is none', () => {
    plugin.init({
      setHeaders: { 'X-Env': 'prod' },
      addHeaders: { 'X-Tenant': 'red', 'X-New': '1', 'x-env': 'no' },
    });
    expect(pass({ headers: { 'x-env': 'dev', 'x-tenant': 'blue' } }).request).toEqual({
      ...request,
      headers: { 'x-tenant': 'blue', 'X-Env': 'prod', 'X-New': '1' },
    });
    expect(pass({ headers: null }).request?.headers).toEqual({
      'X-Env': 'prod',
      'X-Tenant': 'red',
      'X-New': '1',
    });
    expect(plugin.preHook({ request: { path: '/' } })).toMatchObject({ context: {}, request: { path: '/' } });
  });

  it('replaces a header that is removed and added', () => {
    plugin.init({ removeHeaders: ['x-tenant'], addHeaders: { 'x-tenant': 'red' } });
    expect(pass({}).request?.headers).toEqual({ 'x-tenant': 'red' });
  });

  it('answers 400 naming a required header that is missing or empty', () => {
    plugin.init({ requireHeaders: ['x-tenant', 'X-Trace'] });
    const missing = {
      type: 'header_policy',
      message: 'missing required header "X-Trace"',
      header: 'X-Trace',
    };
    expect(refusal(pass({}))).toEqual([400, missing]);
    expect(refusal(pass({ headers: { 'x-tenant': 'a', 'x-trace': '  ' } }))).toEqual([400, missing]);
    expect(pass({ headers: { 'X-TENANT': 'a', 'x-trace': ['', 'b'] } }).has_response).toBe(false);
  });

  it('answers 403 to a value that begins with a denied prefix', () => {
    plugin.init({
      denyHeaders: [
        { name: 'User-Agent', prefix: 'curl/' },
        { name: 'x-debug', prefix: '' },
      ],
    });
    expect(refusal(pass({ headers: { 'user-agent': ' CURL/8.1' } }))[0]).toBe(403);
    expect(refusal(pass({ headers: { 'user-agent': ['a', 'curl/8'] } }))[0]).toBe(403);
    expect(refusal(pass({ headers: { 'x-debug': 'x' } }))[0]).toBe(403);
    expect(pass({ headers: { 'user-agent': 'libcurl/8.1' } }).has_response).toBe(false);
  });
});

describe('methods and paths', () => {
  it('answers 405 to a blocked method', () => {
    plugin.init({ blockMethods: ['trace'] });
    expect(refusal(pass({ method: 'Trace' }))).toEqual([
      405,
      { type: 'header_policy', message: 'method TRACE is not allowed' },
    ]);
    expect(pass({ method: 'GET' }).has_response).toBe(false);
  });

  it.each([
    '/admin',
    '/admin/',
    '/admin/users?x=1',
    '//admin',
    '/a/../admin',
    '/./%61dmin',
    '/ADM/../%2e/admin#x',
  ])('blocks %s', (path) => {
    plugin.init({ blockPaths: ['/admin/'] });
    expect(refusal(pass({ path }))[0]).toBe(403);
  });

  it.each(['/administrator', '/v1/admin', '/', '', '/%', '/%zz/%6', '/?/admin'])(
    'lets %s through',
    (path) => {
      plugin.init({ blockPaths: ['/admin'] });
      expect(pass({ path })).toMatchObject({ has_response: false, error: '' });
    },
  );
});

describe('settings', () => {
  it.each([
    ['{', 1],
    ['[]', 2],
    ['{"removeHeaders":"x"}', 2],
    ['{"removeHeaders":[1]}', 2],
    ['{"setHeaders":{"a":1}}', 2],
    ['{"denyHeaders":[{"name":"a"}]}', 2],
    ['{"blockPaths":{}}', 2],
    ['{"requireHeaders":["a b"]}', 3],
    ['{"requireHeaders":[""]}', 3],
    ['{"requireHeaders":["x-é"]}', 3],
    ['{"addHeaders":{"a":"b\\r\\nx-evil: 1"}}', 4],
  ])('refuses %s with %i and keeps the rules in force', (config, code) => {
    expect(plugin.init({ requireHeaders: ['x-a'] })).toBe(0);
    expect(plugin.initText(config)).toBe(code);
    expect(pass({}).has_response).toBe(true);
  });
});
