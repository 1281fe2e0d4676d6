import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { matches } from './tagged-answer.js';

/** Below this size compression costs more than it saves. */
const MIN_COMPRESSED_BYTES = 1_400;
const JSON_TYPE = ['Content-Type', 'application/json; charset=utf-8'];

const compressors = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
};
type Encoding = keyof typeof compressors;

/** A JSON answer that many requests get, with its ETag; compressed at most once. */
export class ReadyAnswer {
  readonly etag: string;
  private readonly compressed = new Map<Encoding, Promise<Buffer>>();

  /** @param mark what its ETag begins with, beside a digest */
  constructor(
    readonly body: Buffer,
    mark = '',
  ) {
    this.etag = `"${mark}${createHash('sha1').update(body).digest('base64url')}"`;
  }

  /** The body in a transfer encoding; compressed at first use. */
  encoded(encoding: Encoding): Promise<Buffer> {
    const known = this.compressed.get(encoding);
    if (known) return known;
    const made = compressors[encoding](this.body);
    this.compressed.set(encoding, made);
    return made;
  }
}

/** Sends an answer as it lies ready: not modified, compressed, or plain. @returns what to wait for, if anything */
export function sendReady(
  request: Request,
  response: Response,
  answer: ReadyAnswer,
): Promise<void> | undefined {
  if (matches(request.headers['if-none-match'], answer.etag)) {
    response.writeHead(304, ['ETag', answer.etag]).end();
    return undefined;
  }
  const encoding = answer.body.length < MIN_COMPRESSED_BYTES ? null : encodingFor(request);
  if (encoding) return answer.encoded(encoding).then((body) => send(response, answer, body, encoding));
  send(response, answer, answer.body, null);
  return undefined;
}

function send(response: Response, { etag }: ReadyAnswer, body: Buffer, encoding: Encoding | null): void {
  const headers = ['ETag', etag, 'Vary', 'Accept-Encoding', 'Content-Length', String(body.length)];
  if (encoding) headers.push('Content-Encoding', encoding);
  response.writeHead(200, headers.concat(JSON_TYPE)).end(body);
}

function encodingFor(request: Request): Encoding | null {
  const accepted = request.headers['accept-encoding'];
  if (accepted === undefined) return null;
  const found = request.acceptsEncodings(['br', 'gzip', 'identity']);
  return found === 'br' || found === 'gzip' ? found : null;
}
