import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer } from './http-client.js';
import type { RawAnswer } from './raw-server.js';

const PROGRAM = fileURLToPath(new URL('./raw-server.js', import.meta.url));
/** Node adds these itself. */
const NODES_OWN = new Set(['date', 'connection', 'keep-alive']);

/** A bare node:http server that gives the answers that another server gave: `/0`, `/1` … */
export class RawTwin {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  get pid(): number {
    return this.child.pid ?? 0;
  }

  static async start(answers: readonly Answer[]): Promise<RawTwin> {
    const child = fork(PROGRAM);
    child.send(answers.map(rawOf));
    const [port] = (await once(child, 'message')) as [number];
    return new RawTwin(child, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill();
    await exited;
  }
}

function rawOf({ status, rawHeaders, body }: Answer): RawAnswer {
  const headers = rawHeaders.filter((_, i) => !NODES_OWN.has((rawHeaders[i - (i % 2)] ?? '').toLowerCase()));
  return { status, headers, body: body.toString('base64') };
}
