import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { Unprocessable } from '../http/errors.js';

/** Loaders tell these formats apart by the file's extension. */
const KEPT_EXTENSIONS = new Set(['.wasm', '.mjs', '.js', '.cjs', '.json']);

export interface FileDigest {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** The extension a file from this URL is kept under; empty when no loader goes by it. */
export function extensionOf(url: string): string {
  const extension = URL.canParse(url) ? extname(new URL(url).pathname).toLowerCase() : '';
  return KEPT_EXTENSIONS.has(extension) ? extension : '';
}

/** Reads a file through; undefined when there is none. */
export async function digestOfFile(path: string): Promise<FileDigest | undefined> {
  const meter = new DigestMeter();
  try {
    for await (const chunk of createReadStream(path)) meter.add(chunk as Buffer);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return meter.result();
}

/** Whether a file system call failed because there is nothing at that path. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** Counts and hashes what passes through it; `result()` is read once, at the end. */
export class DigestMeter {
  private readonly hash = createHash('sha256');
  private bytes = 0;

  add(chunk: Uint8Array): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
  }

  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.add(chunk);
      yield chunk;
    }
  }

  result(): FileDigest {
    return { sha256: this.hash.digest('hex'), bytes: this.bytes };
  }
}

/** @throws Unprocessable `checksum_invalid` */
export function parseDigest(sha256: string): string {
  if (!/^[0-9a-f]{64}$/i.test(sha256))
    throw new Unprocessable('checksum_invalid', 'A sha256 checksum has 64 hexadecimal digits.', 'checksum');
  return sha256.toLowerCase();
}

/** A file has another digest than it should. */
export function checksumMismatch(expected: string, actual = 'nothing'): Unprocessable {
  return new Unprocessable(
    'checksum_mismatch',
    `The file should have the sha256 checksum ${expected}, but it has ${actual}.`,
    'checksum',
  );
}
