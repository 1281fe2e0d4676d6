import { StringDecoder } from 'node:string_decoder';
import { CUT } from '../protocol.js';

const NEWLINE = 0x0a;

/** Cuts printed output into lines; what goes on for too long without a line end is cut off, which a `…` tells. */
export class TextLines {
  private readonly decoder = new StringDecoder('utf8');
  private partial = '';
  private skipping = false;

  constructor(
    private readonly longest: number,
    private readonly onLine: (line: string) => void,
  ) {}

  push(chunk: Buffer): void {
    const pieces = this.decoder.write(chunk).split('\n');
    const rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      this.append(piece);
      this.flush();
      this.skipping = false;
    }
    this.append(rest);
  }

  /** The rest of the current line is lost; the next one begins after a line end. */
  skip(): void {
    if (this.partial !== '') this.partial += CUT;
    this.flush();
    this.skipping = true;
  }

  flush(): void {
    const line = this.partial.trimEnd();
    this.partial = '';
    if (line !== '') this.onLine(line);
  }

  private append(text: string): void {
    const free = this.longest - this.partial.length;
    if (this.skipping || free < 0) return;
    this.partial += text.length > free ? text.slice(0, free) + CUT : text;
  }
}

/** Cuts the channel into lines without copying a long one again for each piece of it. */
export class ByteLines {
  private chunks: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly longest: number,
    private readonly onLine: (line: string) => void,
    private readonly onTooLong: () => void,
  ) {}

  push(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      if (!this.append(rest.subarray(0, end))) return;
      const line = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
      this.chunks = [];
      this.size = 0;
      this.onLine((line ?? Buffer.alloc(0)).toString('utf8'));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.append(rest);
  }

  private append(piece: Buffer): boolean {
    this.size += piece.length;
    if (this.size > this.longest) {
      this.chunks = [];
      this.onTooLong();
      return false;
    }
    this.chunks.push(piece);
    return true;
  }
}
