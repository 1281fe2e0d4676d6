import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A cable between the server and its database that a test can cut and mend. */
export class Wire {
  private readonly pairs = new Set<[Socket, Socket]>();
  private state: 'whole' | 'cut' | 'silent' = 'whole';
  private readonly said: Buffer[] = [];
  private readonly listener = createServer((near) => this.join(near));

  private constructor(private readonly target: URL) {}

  /** @param url of the database behind the wire */
  static async to(url: string): Promise<Wire> {
    const wire = new Wire(new URL(url));
    wire.listener.listen(0, '127.0.0.1');
    await once(wire.listener, 'listening');
    return wire;
  }

  /** The database's URL through the wire. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.listener.address() as AddressInfo).port);
    return url.href;
  }

  /** How many statements went to the database while `work` ran, of any connection. */
  statementsOf(work: () => Promise<unknown>): Promise<number> {
    return this.countOf(/\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b/gi, work);
  }

  /** How often `pattern` was said to the database while `work` ran, over any connection. */
  async countOf(pattern: RegExp, work: () => Promise<unknown>): Promise<number> {
    this.said.length = 0;
    await work();
    return Buffer.concat(this.said).toString('latin1').match(pattern)?.length ?? 0;
  }

  /** Connections end, new ones are refused at once. */
  cut(): void {
    this.state = 'cut';
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Nothing ends and nothing comes through, as when a firewall forgets the connections. */
  silence(): void {
    this.state = 'silent';
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  /** New connections work; those that were silenced stay lost. */
  mend(): void {
    this.state = 'whole';
  }

  async close(): Promise<void> {
    this.cut();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private join(near: Socket): void {
    if (this.state === 'cut') return void near.destroy();
    const far = connect(Number(this.target.port || 5432), this.target.hostname);
    const pair: [Socket, Socket] = [near, far];
    this.pairs.add(pair);
    near.on('data', (chunk: Buffer) => this.said.push(chunk));
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (chunk: Buffer) => to.write(chunk));
      from.on('error', () => undefined);
      from.on('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
    }
    if (this.state === 'silent') for (const socket of pair) socket.pause();
  }
}
