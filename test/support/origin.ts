import { once } from 'node:events';
import { type RequestListener, type Server as HttpServer, createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net';

/** A server for one test, on a free port of 127.0.0.1. */
export interface Origin {
  /** `http://127.0.0.1:PORT` or the https one; no slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

export function httpOrigin(onRequest: RequestListener): Promise<Origin> {
  return listening(createHttpServer(onRequest), 'http');
}

export function httpsOrigin(tls: { key: string; cert: string }, onRequest: RequestListener): Promise<Origin> {
  return listening(createHttpsServer(tls, onRequest), 'https');
}

/** For answers that no well-behaved HTTP server would give. */
export function rawOrigin(onConnection: (socket: Socket) => void): Promise<Origin> {
  return listening(createTcpServer(onConnection), 'http');
}

async function listening(server: Server | HttpServer, scheme: string): Promise<Origin> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { url: `${scheme}://127.0.0.1:${port}`, port, close };
}
