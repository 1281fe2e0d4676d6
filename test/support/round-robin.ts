import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/**
 * The proxy before a fleet: each request goes to the next server. One that does not accept the connection is passed
 * over; one that dies in the middle makes a 502, because the request may have been done.
 */
export class RoundRobin {
  private turn = 0;

  private constructor(
    private readonly server: Server,
    private readonly targets: () => readonly string[],
  ) {}

  /** @param targets addresses of the servers that there are just now */
  static async before(targets: () => readonly string[]): Promise<RoundRobin> {
    const server = createServer();
    const proxy = new RoundRobin(server, targets);
    server.on('request', (from: IncomingMessage, to: ServerResponse) => {
      const chunks: Buffer[] = [];
      from.on('data', (chunk: Buffer) => chunks.push(chunk));
      from.on('end', () => proxy.pass(from, Buffer.concat(chunks), to, targets().length));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private pass(from: IncomingMessage, body: Buffer, to: ServerResponse, tries: number): void {
    const targets = this.targets();
    const target = targets[this.turn++ % Math.max(1, targets.length)];
    if (target === undefined || tries === 0) return refuse(to, 503);
    const { method, headers, url } = from;
    const onward = request(new URL(url ?? '/', target), {
      method,
      headers: { ...headers, connection: 'close' },
    });
    onward.on('response', (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
      answer.on('error', () => to.destroy());
    });
    onward.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (to.headersSent) to.destroy();
      else if (code === 'ECONNREFUSED') this.pass(from, body, to, tries - 1);
      else refuse(to, 502);
    });
    to.on('close', () => onward.destroy());
    onward.end(body);
  }
}

function refuse(to: ServerResponse, status: number): void {
  to.writeHead(status, { 'content-type': 'text/plain' }).end('the proxy found no server that answers');
}
