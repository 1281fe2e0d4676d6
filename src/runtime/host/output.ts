import type { Readable } from 'node:stream';
import { cutText, type LogLevel } from '../protocol.js';
import { TextLines } from './lines.js';
import { type LineOrigin, PRINTED, PRINTED_ERROR, SERVER_ERROR } from './log-line.js';
import { Throttle } from './throttle.js';

const KEPT_BYTES_PER_SECOND = 64 * 1024;
const READ_BYTES_PER_SECOND = 64 * 2 ** 20;
/** Longer than what a log line may be, so that a secret is masked before the line is cut. */
const LONGEST_LINE = 8 * 1024;
const TAIL_BYTES = 8 * 1024;

/**
 * What one guest prints, as lines: 64 KiB a second are kept, the rest is counted in one line, and past
 * 64 MiB a second the pipe is not read at all.
 */
export class Output {
  private readonly kept = new Throttle(KEPT_BYTES_PER_SECOND, () => this.reportDropped());
  private readonly read = new Throttle(READ_BYTES_PER_SECOND);
  private dropped = 0;
  private readonly readers: TextLines[] = [];
  /** The last bytes printed to stderr, kept even in a flood: they tell the cause of a death. */
  private tailBytes = Buffer.alloc(0);

  constructor(private readonly onLine: (line: string, origin: LineOrigin) => void) {}

  /** Reads a stream for as long as it flows; `isError` also keeps its last lines apart. */
  attach(stream: Readable, isError: boolean): void {
    const origin = isError ? PRINTED_ERROR : PRINTED;
    const lines = new TextLines(LONGEST_LINE, (line) => this.onLine(line, origin));
    this.readers.push(lines);
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
      if (isError) this.remember(chunk);
      if (!this.read.take(chunk.length)) this.read.pause(stream);
      if (this.kept.take(chunk.length)) return lines.push(chunk);
      lines.skip();
      this.dropped += chunk.length;
    });
  }

  /** A line that came through the channel counts like a printed one. */
  offer(line: string, level: LogLevel): void {
    if (this.kept.take(line.length)) this.onLine(cutText(line, LONGEST_LINE), { stream: 'logger', level });
    else this.dropped += line.length;
  }

  /** The last lines printed to stderr, whole ones only. */
  get tail(): string[] {
    const lines = this.tailBytes.toString('utf8').split('\n');
    return this.tailBytes.length < TAIL_BYTES ? lines : lines.slice(1);
  }

  /** Reads on without pauses: the process is gone and only a little is left. */
  drain(): void {
    this.read.release();
  }

  end(): void {
    for (const reader of this.readers) reader.flush();
    this.read.release();
    this.kept.release();
  }

  private remember(chunk: Buffer): void {
    this.tailBytes = Buffer.concat([this.tailBytes, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }

  private reportDropped(): void {
    if (this.dropped === 0) return;
    const bytes = this.dropped;
    this.dropped = 0;
    this.onLine(
      `[${bytes} bytes of output dropped: more than ${KEPT_BYTES_PER_SECOND} bytes a second]`,
      SERVER_ERROR,
    );
  }
}
