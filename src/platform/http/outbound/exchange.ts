import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { Socket } from 'node:net';

const MAX_HEADER_BYTES = 16 * 1024;

/** What is asked of a URL. */
export interface Message {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly body?: Buffer;
}

/**
 * Sends one request over a connection that is open already and answers with the head of the response. There is no
 * agent: nothing is kept alive, and nothing is pooled.
 * @param isProxied the connection is to a proxy, which is to pass the request on
 * @throws Node's error when there is no well-formed answer, or `signal`'s reason
 */
export function exchange(
  socket: Socket,
  { url, method, body, isProxied = false }: Message & { readonly url: URL; readonly isProxied?: boolean },
  headers: OutgoingHttpHeaders,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => socket,
      method,
      host: url.hostname,
      path: isProxied ? url.href : url.pathname + url.search,
      headers: {
        ...headers,
        ...(body && { 'content-length': body.length }),
        host: url.host,
        connection: 'close',
      },
      maxHeaderSize: MAX_HEADER_BYTES,
      // Explicit, because a Node flag would otherwise permit malformed framing.
      insecureHTTPParser: false,
    });
    const stop = (): void => {
      outgoing.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.once('close', () => {
      signal.removeEventListener('abort', stop);
      reject(new Error('closed without an answer'));
    });
    if (signal.aborted) stop();
    else outgoing.end(body);
  });
}
