import { EventEmitter } from 'node:events';
import pg from 'pg';
import type { Logger } from 'pino';
import { CONNECT_MS } from './data-source.js';

const CHANNEL = 'plugboard';
const RETRY_MS = [100, 250, 500, 1_000, 2_000];
/** A connection that died without a word is found out after these two, in milliseconds. */
const PULSE_MS = 2_000;
const PULSE_LIMIT_MS = 2_000;

/**
 * The one connection that hears NOTIFY. Emits `message` per notification, `up` and `down` as it comes and goes;
 * whoever caches on the strength of notifications must not trust the cache while `connected` is false.
 */
export class PostgresListener extends EventEmitter<{ message: [string]; up: []; down: [] }> {
  connected = false;
  private client: pg.Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private pulse: NodeJS.Timeout | null = null;
  private attempts = 0;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly log: Logger,
  ) {
    super();
    this.setMaxListeners(0);
  }

  async start(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'plugboard listener',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: PULSE_LIMIT_MS,
    });
    client.on('notification', ({ payload }) => this.emit('message', payload ?? ''));
    client.on('error', () => undefined);
    client.once('end', () => this.onEnd(client));
    this.client = client;
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      if (!this.closed) this.log.warn({ err: error }, 'cannot listen for changes yet');
      client.connection.stream.destroy();
      this.onEnd(client);
      return;
    }
    this.connected = true;
    this.attempts = 0;
    this.awaitPulse();
    this.emit('up');
  }

  async stop(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    if (this.pulse) clearTimeout(this.pulse);
    await this.client?.end().catch(() => undefined);
  }

  /** Whether the database says something, in good time, on this connection, which no statements keep busy. */
  async answers(): Promise<boolean> {
    const { client } = this;
    if (!this.connected || !client) return false;
    return client.query('select 1').then(
      () => true,
      () => {
        client.connection.stream.destroy();
        return false;
      },
    );
  }

  /** A half-open connection says nothing for a quarter of an hour; one that is asked is found out. */
  private awaitPulse(): void {
    this.pulse = setTimeout(() => void this.answers().then((alive) => alive && this.awaitPulse()), PULSE_MS);
  }

  private onEnd(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = null;
    if (this.pulse) clearTimeout(this.pulse);
    if (this.connected) {
      this.connected = false;
      this.emit('down');
    }
    if (this.closed) return;
    const delay = RETRY_MS[Math.min(this.attempts++, RETRY_MS.length - 1)];
    this.timer = setTimeout(() => void this.start(), delay);
  }
}
