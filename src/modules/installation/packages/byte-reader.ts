/** Reads exact numbers of bytes off a stream, and never holds more of it than is asked for at once. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** The next `count` bytes; null where the stream has ended, fewer where it ends in the middle. */
  async take(count: number): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    for await (const part of this.pieces(count)) parts.push(part);
    return parts.length === 0 && count > 0 ? null : Buffer.concat(parts);
  }

  /** The next `count` bytes, piece by piece; fewer where the stream ends in the middle. */
  async *pieces(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done) return;
        this.rest = next.value;
      }
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}
