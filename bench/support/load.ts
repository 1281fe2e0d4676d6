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
  /** JSON. */
  body?: string;
  headers: Record<string, string>;
  connections: number;
  milliseconds: number;
}

/** What came of it. */
export interface Loaded {
  perSecond: number;
  /** From a request to the end of its answer, in milliseconds, one an answer. */
  latencies: number[];
}

/**
 * Keeps `connections` busy with one request after the other and counts the answers. It reads no more of an answer
 * than it must to find its end, and so stays ahead of any server in Node.
 * @throws Error when the server closes a connection
 */
export async function load({ url, connections, milliseconds, ...asked }: Load): Promise<Loaded> {
  const { hostname, port, host } = new URL(url);
  const clients = await Promise.all(
    Array.from({ length: connections }, async (_, number) => {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.setNoDelay(true);
      return new Client(socket, requestOf(host, number, asked));
    }),
  );
  const started = performance.now();
  const spinning = keepAwake();
  await Promise.all(clients.map((client) => client.run(started + milliseconds)));
  const seconds = (performance.now() - started) / 1_000;
  spinning.abort();
  const latencies = clients.flatMap((client) => client.latencies);
  return { perSecond: latencies.length / seconds, latencies };
}

function requestOf(
  host: string,
  connection: number,
  asked: Omit<Load, 'url' | 'connections' | 'milliseconds'>,
): Buffer {
  const { path, body = '', method = body === '' ? 'GET' : 'POST', headers } = asked;
  const target = typeof path === 'string' ? path : path(connection);
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
  private sentAt = 0;
  /** Bytes of the present answer's body that have not come yet; null while its head has not. */
  private missing: number | null = null;
  private head: Buffer = Buffer.alloc(0);

  constructor(
    private readonly socket: Socket,
    private readonly request: Buffer,
  ) {}

  run(until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.on('close', () => reject(new Error('the server closed a connection')));
      this.socket.on('data', (chunk: Buffer) => {
        if (!this.isComplete(chunk)) return;
        const now = performance.now();
        this.latencies.push(now - this.sentAt);
        if (now < until) return this.send(now);
        this.socket.removeAllListeners('close').destroy();
        resolve();
      });
      this.send(performance.now());
    });
  }

  private send(now: number): void {
    this.sentAt = now;
    this.socket.write(this.request);
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
      this.missing = Number(/\r\ncontent-length: *(\d+)/i.exec(seen.toString('latin1', 0, end))?.[1] ?? 0);
      this.head = Buffer.alloc(0);
      body = seen.length - end - END_OF_HEAD.length;
    }
    this.missing -= body;
    if (this.missing > 0) return false;
    this.missing = null;
    return true;
  }
}
