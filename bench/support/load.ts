import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');

export interface Load {
  /** `http://127.0.0.1:8080`. */
  url: string;
  /** What each connection asks for, by its number. */
  path: string | ((connection: number) => string);
  /** Unless told: POST with a body, GET without. */
  method?: string;
  /** JSON; a function makes that of each request, by its number on the connection. */
  body?: string | ((request: number) => string);
  /** What every answer must have, where it is told. */
  status?: number;
  headers: Record<string, string>;
  connections: number;
  milliseconds: number;
}

/** What came of it. */
export interface Loaded {
  perSecond: number;
  /** From a request to the end of its answer, in milliseconds, one a counted answer. */
  latencies: number[];
  /** All answers, counted or not. */
  answers: number;
}

/**
 * Keeps `connections` busy with one request after the other and counts the answers, all but the first of each: Node
 * takes in one new connection a turn, however long its turns are. It reads no more of an answer than it must to find
 * its end, and so stays ahead of any server in Node.
 * @throws Error when the server closes a connection, or answers with another status
 */
export async function load({ url, connections, milliseconds, status, ...asked }: Load): Promise<Loaded> {
  const { hostname, port, host } = new URL(url);
  const clients = await Promise.all(
    Array.from({ length: connections }, async (_, number) => {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.setNoDelay(true);
      return new Client(socket, requestsOf(host, number, asked), `HTTP/1.1 ${status ?? ''}`);
    }),
  );
  const spinning = keepAwake();
  await Promise.all(clients.map((client) => client.run(0)));
  for (const client of clients) client.latencies.length = 0;
  const started = performance.now();
  await Promise.all(clients.map((client) => client.run(started + milliseconds)));
  const seconds = (performance.now() - started) / 1_000;
  spinning.abort();
  for (const client of clients) client.close();
  const latencies = clients.flatMap((client) => client.latencies);
  return { perSecond: latencies.length / seconds, latencies, answers: latencies.length + connections };
}

/** @returns what makes the request of each number */
function requestsOf(
  host: string,
  connection: number,
  { path, body = '', method, headers }: Omit<Load, 'url' | 'connections' | 'milliseconds' | 'status'>,
): (request: number) => Buffer {
  const target = typeof path === 'string' ? path : path(connection);
  const asked = { method: method ?? (body === '' ? 'GET' : 'POST'), target };
  if (typeof body === 'function')
    return (request) => textOf({ ...asked, host, headers, body: body(request) });
  const text = textOf({ ...asked, host, headers, body });
  return () => text;
}

function textOf({
  method,
  target,
  host,
  headers,
  body,
}: Record<'method' | 'target' | 'host' | 'body', string> & Pick<Load, 'headers'>): Buffer {
  const json = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries({ host, ...(body !== '' && json), ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/**
 * Never lets this process sleep: in a virtual machine it is the sender, so the server, who pays for waking a
 * sleeping core, as much as for the whole answer; a client across a network costs a server nothing like it.
 */
function keepAwake(): AbortController {
  const controller = new AbortController();
  const spin = (): void => {
    if (!controller.signal.aborted) setImmediate(spin);
  };
  spin();
  return controller;
}

/** One connection. Answers have a Content-Length, or no body. */
class Client {
  readonly latencies: number[] = [];
  private sent = 0;
  private sentAt = 0;
  /** Bytes of the present answer's body that have not come yet; null while its head has not. */
  private missing: number | null = null;
  private head: Buffer = Buffer.alloc(0);

  constructor(
    private readonly socket: Socket,
    private readonly request: (number: number) => Buffer,
    private readonly beginning: string,
  ) {}

  /** Asks until then, and once at least. */
  run(until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.forgetListeners();
      this.socket.on('error', reject);
      this.socket.on('close', () => reject(new Error('the server closed a connection')));
      this.socket.on('data', (chunk: Buffer) => {
        if (!this.isComplete(chunk)) return;
        const now = performance.now();
        this.latencies.push(now - this.sentAt);
        if (now < until) this.send(now);
        else resolve();
      });
      this.send(performance.now());
    });
  }

  close(): void {
    this.forgetListeners();
    this.socket.destroy();
  }

  /** Ours; the socket has others of its own, without which its end would not be told. */
  private forgetListeners(): void {
    for (const event of ['error', 'close', 'data']) this.socket.removeAllListeners(event);
  }

  private send(now: number): void {
    this.sentAt = now;
    this.socket.write(this.request(this.sent++));
  }

  private isComplete(chunk: Buffer): boolean {
    let body = chunk.length;
    if (this.missing === null) {
      const seen = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
      const end = seen.indexOf(END_OF_HEAD);
      if (end === -1) {
        this.head = seen;
        return false;
      }
      const head = seen.toString('latin1', 0, end);
      if (!head.startsWith(this.beginning)) {
        this.socket.destroy(new Error(`the server answered ${head}`));
        return false;
      }
      this.missing = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      this.head = Buffer.alloc(0);
      body = seen.length - end - END_OF_HEAD.length;
    }
    this.missing -= body;
    if (this.missing > 0) return false;
    this.missing = null;
    return true;
  }
}
