import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { bodyOfBareFailure } from './error.filter.js';

/** What Node reports of a request that it cannot read, where that is not merely malformed. */
const STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/**
 * Answers what cannot be read as a request in the shape that all errors have, and ends the connection. No route and
 * no filter ever sees it: there is no request.
 * @returns the status that was sent, or null where the connection is lost, or an answer has begun on it
 */
export function answerUnreadable({ code = '' }: NodeJS.ErrnoException, socket: Socket): number | null {
  const { _httpMessage: begun } = socket as Socket & { _httpMessage?: { headersSent: boolean } };
  if (!socket.writable || begun?.headersSent) {
    socket.destroy();
    return null;
  }
  const status = STATUS[code] ?? 400;
  const id = randomUUID();
  const body = bodyOfBareFailure(status, id);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-cache',
    'Connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
  return status;
}
