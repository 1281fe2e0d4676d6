import type { Readable } from 'node:stream';
import { TextLines } from './lines.js';
import { Throttle } from './throttle.js';

const KEPT_BYTES_PER_SECOND = 64 * 1024;
const READ_BYTES_PER_SECOND = 16 * 2 ** 20;
/** Longer than what a log line may be, so that a secret is masked before the line is cut. */
const LONGEST_LINE = 8 * 1024;
const TAIL_LINES = 40;

/**
 * What one guest prints, as lines: 64 KiB a second are kept, the rest is counted in one line, and past
 * 16 MiB a second the pipe is not read at all.
 */
export class Output {
  private readonly kept = new Throttle(KEPT_BYTES_PER_SECOND, () => this.reportDropped());
  private readonly read = new Throttle(READ_BYTES_PER_SECOND);
  private dropped = 0;
  private readonly readers: TextLines[] = [];
  /** The last lines printed to stderr, for the cause of a death. */
  readonly tail: string[] = [];

  constructor(private readonly onLine: (line: string) => void) {}

  /** Reads a stream for as long as it flows; `isError` also keeps its last lines apart. */
  attach(stream: Readable, isError: boolean): void {
    const lines = new TextLines(LONGEST_LINE, (line) => {
      if (isError) this.remember(line);
      this.onLine(line);
    });
    this.readers.push(lines);
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
      if (!this.read.take(chunk.length)) this.read.pause(stream);
      if (this.kept.take(chunk.length)) return lines.push(chunk);
      lines.skip();
      this.dropped += chunk.length;
    });
  }

  /** A line that came through the channel counts like a printed one. */
  offer(line: string): void {
    if (this.kept.take(line.length)) this.onLine(line.slice(0, LONGEST_LINE));
    else this.dropped += line.length;
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

  private remember(line: string): void {
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
  }

  private reportDropped(): void {
    if (this.dropped === 0) return;
    const bytes = this.dropped;
    this.dropped = 0;
    this.onLine(`[${bytes} bytes of output dropped: more than ${KEPT_BYTES_PER_SECOND} bytes a second]`);
  }
}
