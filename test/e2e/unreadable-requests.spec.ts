import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

/** All that comes back for these bytes, and others once an answer has begun, until the server ends the connection. */
function sent(bytes: string, more = ''): Promise<{ head: string; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    if (more !== '') socket.once('data', () => socket.write(more));
    socket.once('error', reject);
    socket.once('close', () => {
      const [head = '', body = ''] = received.split('\r\n\r\n');
      resolve({ head, body });
    });
  });
}

const HOST = 'Host: x\r\n';

it.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400, 'request_failed'],
  ['another protocol', '\x16\x03\x01\x02\x00\x01', 400, 'request_failed'],
  ['an unknown method', `BREW /pot HTTP/1.1\r\n${HOST}\r\n`, 400, 'request_failed'],
  ['a header without a colon', `GET / HTTP/1.1\r\n${HOST}nonsense\r\n\r\n`, 400, 'request_failed'],
  [
    'two lengths',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    400,
    'request_failed',
  ],
  [
    'a length and chunks',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'request_failed',
  ],
  ['endless headers', `GET / HTTP/1.1\r\n${HOST}X: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ['no Host', 'GET /api/plugins HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'parameter_invalid'],
])('%s is told so in the shape of all errors', async (_, bytes, status, code) => {
  const { head, body } = await sent(bytes);
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/\r\nContent-Type: application\/json; charset=utf-8\r\n/i);
  expect(head).toMatch(/\r\nConnection: close/i);
  const answer = JSON.parse(body) as { event_id: string };
  expect(answer).toMatchObject({
    ok: false,
    status_code: status,
    error: { type: 'invalid_request_error', code },
  });
  expect(head).toContain(`X-Request-Id: ${answer.event_id}`);
});

it('what a client expects beyond the usual is left unmet, and the request is answered', async () => {
  const { head } = await sent(
    `GET /health/live HTTP/1.1\r\n${HOST}Expect: miracles\r\nConnection: close\r\n\r\n`,
  );
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
});

it('nonsense behind a request whose answer has begun ends that answer, and adds nothing to it', async () => {
  const stream = `GET /api/events HTTP/1.1\r\n${HOST}Authorization: Bearer ${server.token}\r\n\r\n`;
  const { head, body } = await sent(stream, 'nonsense\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
  expect(body).not.toContain('request_failed');
});

it('counts them', async () => {
  const { text } = await server.client().get('/metrics');
  expect(text).toMatch(/plugboard_http_requests_total\{operation="none",status="431"\} 1\n/);
});
