import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { client } from './http.js';
import type { OpenApiDocument } from './openapi.js';

const echo = { type: 'object', required: ['method', 'sent', 'token', 'type'] };
const document: OpenApiDocument = {
  openapi: '3.1.0',
  paths: Object.fromEntries(
    ['/echo', '/wrong', '/text', '/away'].map((path) => {
      const operation = {
        responses: { 200: { content: { 'application/json': { schema: echo } } }, 302: {} },
      };
      return [path, { get: operation, post: operation, patch: operation }];
    }),
  ),
};

let server: Server;
let baseUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((sent) => {
      const { authorization: token = null, 'content-type': type = null } = request.headers;
      if (request.url === '/away') return response.writeHead(302, { location: '/echo' }).end();
      if (request.url === '/text') return response.setHeader('content-type', 'text/plain').end('hello');
      response.setHeader('content-type', 'application/json');
      const answer = request.url === '/wrong' ? {} : { method: request.method, sent, token, type };
      return response.end(JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

it('sends JSON with its token, and parses what comes back', async () => {
  const answer = await client(baseUrl, 'abc', { document }).post('/echo', { a: 1 });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    method: 'POST',
    sent: '{"a":1}',
    token: 'Bearer abc',
    type: 'application/json',
  });
});

it('sends text as it is, under the type it is given', async () => {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const { body } = await client(baseUrl, undefined, { document }).patch('/echo', '{bad', headers);
  expect(body).toEqual({ method: 'PATCH', sent: '{bad', token: null, type: headers['content-type'] });
});

it('does not follow a redirect', async () => {
  expect(await client(baseUrl, undefined, { document }).get('/away')).toMatchObject({
    status: 302,
    text: '',
  });
});

it('refuses an answer that is not as documented', async () => {
  await expect(client(baseUrl, 'abc', { document }).get('/wrong')).rejects.toThrow('method');
  await expect(client(baseUrl, 'abc', { document, skipNonJson: true }).get('/wrong')).rejects.toThrow(
    'method',
  );
});

it('refuses undocumented text unless told to leave it', async () => {
  await expect(client(baseUrl, 'abc', { document }).get('/text')).rejects.toThrow('text/plain');
  const answer = await client(baseUrl, 'abc', { document, skipNonJson: true }).get('/text');
  expect(answer).toMatchObject({ text: 'hello', body: undefined });
});
