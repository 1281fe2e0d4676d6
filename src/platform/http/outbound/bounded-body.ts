import type { IncomingMessage } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import type { Deadline } from './deadline.js';
import { DownloadFailed, downloadTooLarge, networkFailure } from './download.errors.js';

/**
 * The body of a response, counted: it ends well only when it arrived whole, in time and within its limit, and
 * however it ends, the connection is closed with it.
 */
export class BoundedBody extends Transform {
  private received = 0;
  private readonly onAbort = (): void => this.fail(this.deadline.signal.reason as Error);

  constructor(
    private readonly response: IncomingMessage,
    private readonly host: string,
    private readonly maxBytes: number,
    private readonly deadline: Deadline,
  ) {
    super();
    // A caller who drops the body unread must not bring the process down when the time is up.
    this.on('error', () => undefined);
    deadline.signal.addEventListener('abort', this.onAbort, { once: true });
    response.on('error', (error) => this.fail(networkFailure(host, error)));
    response.once('close', () => {
      if (!response.complete) this.fail(this.truncated());
    });
    response.pipe(this);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.received += chunk.length;
    if (this.received > this.maxBytes) done(downloadTooLarge(this.host, this.maxBytes));
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(this.response.complete ? null : this.truncated());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.deadline.signal.removeEventListener('abort', this.onAbort);
    this.response.destroy();
    super._destroy(error, done);
  }

  private fail(reason: Error): void {
    this.destroy(reason);
  }

  private truncated(): DownloadFailed {
    return new DownloadFailed('try_later', `The download from "${this.host}" broke off before its end.`);
  }
}
