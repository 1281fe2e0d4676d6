import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ERROR_CODES } from '../../src/platform/http/error-codes.js';
import type { OpenApiDocument } from '../support/openapi.js';
import { type Client, client } from '../support/http.js';
import { TestServer } from '../support/server.js';

/**
 * No operation lists these: they come before one is found or where something broke, and what the artifact store
 * refuses is refused as a field before it gets there.
 */
const UNLISTED = [
  'checksum_invalid',
  'headers_too_large',
  'internal_error',
  'request_failed',
  'request_timeout',
  'route_not_found',
];

const document = parse(
  readFileSync(new URL('../../../openapi.yaml', import.meta.url), 'utf8'),
) as OpenApiDocument & { info: { description: string } };

let server: TestServer;
let call: Client;
beforeAll(async () => {
  server = await TestServer.start();
  call = server.client();
});
afterAll(() => server.stop());

it('documents each code at the operations that may answer it, with its status, and in the whole list', () => {
  const documented = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .flatMap(({ 'x-error-codes': codes = {} }) => Object.entries(codes))
    .flatMap(([status, codes]) => codes.map((code) => `${status} ${code}`));
  const known = Object.entries(ERROR_CODES).map(([code, [status]]) => `${status} ${code}`);
  const missing = known.filter((each) => !documented.includes(each)).map((each) => each.slice(4));
  expect(missing.sort()).toEqual(UNLISTED);
  expect(documented.filter((each) => !known.includes(each))).toEqual([]);
  for (const code of Object.keys(ERROR_CODES)) expect(document.info.description).toContain(`\`${code}\``);
});

const json = { 'content-type': 'application/json' };
/** The client refuses an answer whose status, shape or code the operation does not document. */
it.each([
  ['a body that is no JSON', 400, 'bad_json', () => call.post('/api/plugins', '{', json)],
  ['a body that is no object', 400, 'body_not_object', () => call.post('/api/plugins', '[]', json)],
  ['a body that is larger than is read', 413, 'body_too_large', () => tooLarge()],
  [
    'a charset that is not read',
    415,
    'body_encoding_unsupported',
    () => call.post('/api/plugins', '{}', { 'content-type': 'application/json; charset=latin1' }),
  ],
  [
    'an encoding that is not read',
    415,
    'body_encoding_unsupported',
    () => call.post('/api/plugins', '{}', { ...json, 'content-encoding': 'compress' }),
  ],
  [
    'a body that does not unpack',
    400,
    'bad_json',
    () => call.post('/api/plugins', '{}', { ...json, 'content-encoding': 'gzip' }),
  ],
  ['an escape that is none', 400, 'parameter_invalid', () => call.get('/api/plugins/%E0%A4%A')],
  [
    'a tag that is none',
    400,
    'parameter_invalid',
    () => call.delete('/api/plugins/x', undefined, { 'if-match': 'x' }),
  ],
  ['no token', 401, 'token_missing', () => client(server.url).get('/metrics')],
  ['a token that is none', 401, 'token_invalid', () => client(server.url, 'x').get('/api/auth/whoami')],
])('refuses %s as documented', async (_, status, code, send) => {
  const answer = await send();
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { error: { code } } });
});

it('tells the same failure as problem details, and as text for consoles that show it so', async () => {
  const problem = await call.get('/api/plugins/nobody', undefined, { accept: 'application/problem+json' });
  expect(problem.body).toMatchObject({ status: 404, code: 'plugin_not_found' });
  const text = await call.get('/api/plugins/nobody', undefined, { 'x-milady-client-id': 'console' });
  expect(text.body).toMatchObject({ error: 'Plugin not found: nobody', code: 'plugin_not_found' });
});

function tooLarge(): ReturnType<Client['post']> {
  return call.post('/api/plugins', { name: 'x', config: { text: 'x'.repeat(1024 * 1024) } });
}
