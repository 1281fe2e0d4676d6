import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';

export interface Answer {
  status: number;
  /** Names and values in turn, as they were sent. */
  rawHeaders: string[];
  body: Buffer;
}

/** JSON over kept-alive connections; leaner than fetch, so that little of what is measured is the client's. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly baseUrl: string,
    private readonly token: string,
  ) {}

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const sent = request(new URL(path, this.baseUrl), {
      method,
      agent: this.agent,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...headers,
      },
    });
    sent.end(text);
    const [message] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    return { status: message.statusCode ?? 0, rawHeaders: message.rawHeaders, body: Buffer.concat(chunks) };
  }

  /** @throws Error when the answer has another status, so that no benchmark measures refusals */
  async expect(status: number, ...call: Parameters<HttpClient['send']>): Promise<Answer> {
    const answer = await this.send(...call);
    if (answer.status === status) return answer;
    throw new Error(`${call[0]} ${call[1]} answered ${answer.status}: ${answer.body.toString()}`);
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.expect(200, 'GET', path)).body.toString()) as T;
  }

  close(): void {
    this.agent.destroy();
  }
}
