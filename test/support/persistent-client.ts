import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 200;
const LIMIT_MS = 60_000;
/** Nothing was done, or nobody can tell: worth another try. */
const AGAIN = new Set([429, 502, 503, 504]);

/** A client that does not give up while servers die: it asks again until somebody answers. */
export class PersistentClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async send<T>(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: T }> {
    const ends = performance.now() + LIMIT_MS;
    for (;;) {
      const answer = await this.once<T>(method, path, body, headers).catch((error: unknown) => error);
      if (!(answer instanceof Error) && !AGAIN.has((answer as { status: number }).status))
        return answer as { status: number; body: T };
      if (performance.now() > ends) throw new Error(`${method} ${path}: nobody answers`, { cause: answer });
      await delay(PAUSE_MS);
    }
  }

  private async once<T>(
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: T }> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(LIMIT_MS / 2),
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: (isJson ? JSON.parse(text) : undefined) as T };
  }
}
