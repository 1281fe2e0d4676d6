import type { Readable } from 'node:stream';
import { TextLines } from './lines.js';
import { Throttle } from './throttle.js';

const KEPT_BYTES_PER_SECOND = 64 * 1024;
<<<<<<< HEAD
const READ_BYTES_PER_SECOND = 16 * 2 ** 20;
/** Longer than what a log line may be, so that a secret is masked before the line is cut. */
const LONGEST_LINE = 8 * 1024;
const TAIL_LINES = 40;

/**
 * What one guest prints, as lines: 64 KiB a second are kept, the rest is counted in one line, and past
 * 16 MiB a second the pipe is not read at all.
=======
const READ_BYTES_PER_SECOND = 64 * 2 ** 20;
/** Longer than what a log line may be, so that a secret is masked before the line is cut. */
const LONGEST_LINE = 8 * 1024;
const TAIL_BYTES = 8 * 1024;

/**
 * What one guest prints, as lines: 64 KiB a second are kept, the rest is counted in one line, and past
 * 64 MiB a second the pipe is not read at all.
>>>>>>> host
 */
export class Output {
  private readonly kept = new Throttle(KEPT_BYTES_PER_SECOND, () => this.reportDropped());
  private readonly read = new Throttle(READ_BYTES_PER_SECOND);
  private dropped = 0;
  private readonly readers: TextLines[] = [];
<<<<<<< HEAD
  /** The last lines printed to stderr, for the cause of a death. */
  readonly tail: string[] = [];
=======
  /** The last bytes printed to stderr, kept even in a flood: they tell the cause of a death. */
  private tailBytes = Buffer.alloc(0);
>>>>>>> host

  constructor(private readonly onLine: (line: string) => void) {}

  /** Reads a stream for as long as it flows; `isError` also keeps its last lines apart. */
  attach(stream: Readable, isError: boolean): void {
<<<<<<< HEAD
    const lines = new TextLines(LONGEST_LINE, (line) => {
      if (isError) this.remember(line);
      this.onLine(line);
    });
    this.readers.push(lines);
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
=======
    const lines = new TextLines(LONGEST_LINE, this.onLine);
    this.readers.push(lines);
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
      if (isError) this.remember(chunk);
>>>>>>> host
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

<<<<<<< HEAD
=======
  /** The last lines printed to stderr. */
  get tail(): string[] {
    return this.tailBytes.toString('utf8').split('\n');
  }

>>>>>>> host
  /** Reads on without pauses: the process is gone and only a little is left. */
  drain(): void {
    this.read.release();
  }

  end(): void {
    for (const reader of this.readers) reader.flush();
    this.read.release();
    this.kept.release();
  }

<<<<<<< HEAD
  private remember(line: string): void {
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
=======
  private remember(chunk: Buffer): void {
    this.tailBytes = Buffer.concat([this.tailBytes, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
>>>>>>> host
  }

  private reportDropped(): void {
    if (this.dropped === 0) return;
    const bytes = this.dropped;
    this.dropped = 0;
    this.onLine(`[${bytes} bytes of output dropped: more than ${KEPT_BYTES_PER_SECOND} bytes a second]`);
  }
}
