import { get, type IncomingMessage } from 'node:http';

export interface SeenEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/** A client of server-sent events that keeps all it has seen. */
export class EventSource {
  readonly seen: SeenEvent[] = [];
  /** Settles when the stream has ended, however. */
  readonly ended: Promise<void>;
  private text = '';

  private constructor(readonly response: IncomingMessage) {
    this.ended = new Promise((done) => response.once('close', done));
    response.on('error', () => undefined);
    response.on('data', (chunk: Buffer) => this.take(chunk.toString()));
  }

  /**
   * @param lastId id of the last event seen, as Last-Event-ID
   * @param which a query for the stream of all events, or the path of another; what is seen are its data then
   */
  static open(url: string, token: string, lastId?: string, which = ''): Promise<EventSource> {
    const path = which.startsWith('/') ? which : `/api/events${which}`;
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastId !== undefined && { 'last-event-id': lastId }),
    };
    return new Promise((resolve, reject) => {
      get(`${url}${path}`, { agent: false, headers }, (response) => {
        if (response.statusCode === 200) resolve(new EventSource(response));
        else reject(new Error(`status ${response.statusCode}`));
      }).once('error', reject);
    });
  }

  get ids(): string[] {
    return this.seen.map(({ id }) => id);
  }

  close(): void {
    this.response.destroy();
  }

  private take(chunk: string): void {
    const blocks = (this.text + chunk).split('\n\n');
    this.text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) this.seen.push(JSON.parse(data) as SeenEvent);
    }
  }
}
