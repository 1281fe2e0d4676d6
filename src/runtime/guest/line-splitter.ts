const NEWLINE = 0x0a;

/** Cuts a byte stream into UTF-8 lines; never holds more than `maxBytes` of an unfinished one. */
export class LineSplitter {
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor(private readonly maxBytes: number) {}

  /**
   * @param chunk the next bytes; characters may be cut anywhere
   * @returns the lines that are now complete, without their newline
   * @throws RangeError when a line is longer than `maxBytes`
   */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.hold(chunk.subarray(from, at));
      lines.push(Buffer.concat(this.held).toString('utf8'));
      this.held = [];
      this.heldBytes = 0;
      from = at + 1;
    }
    this.hold(chunk.subarray(from));
    return lines;
  }

  private hold(bytes: Buffer): void {
    this.heldBytes += bytes.length;
    if (this.heldBytes > this.maxBytes) throw new RangeError(`a line is longer than ${this.maxBytes} bytes`);
    if (bytes.length > 0) this.held.push(bytes);
  }
}
