/**
 * A bare node:http server, to compare with: answers `/<number>` with the answer of that number that it was sent
 * over IPC. Says on which port it listens once it has them.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer; the body as base64, so that it can be sent as a message. */
export interface RawAnswer {
  status: number;
  headers: string[];
  body: string;
}

process.once('message', (answers: RawAnswer[]) => {
  const ready = answers.map(({ status, headers, body }) => ({
    status,
    headers,
    body: Buffer.from(body, 'base64'),
  }));
  const server = createServer((request, response) => {
    const answer = ready[Number(request.url?.slice(1))];
    if (!answer) return void response.writeHead(404).end();
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
