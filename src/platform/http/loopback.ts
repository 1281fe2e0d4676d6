import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** The address that `localhost` may also mean, for each that we may listen on. */
const OTHER_LOOPBACK: Readonly<Record<string, string>> = {
  '127.0.0.1': '::1',
  '0.0.0.0': '::1',
  '::1': '127.0.0.1',
};
/** What says that this machine has no such address. */
const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Has a server that listens on one loopback address answer on the other, so that nobody else, a plugin for one, can
 * listen there and catch the clients of `localhost`.
 * @param isFreePort whether the system has chosen the port, which then nobody connects to but by its address
 * @returns what holds the other address, null where there is nothing to hold
 * @throws the error of listening where somebody else has it (`EADDRINUSE`)
 */
export async function holdOtherLoopback(server: HttpServer, isFreePort: boolean): Promise<Server | null> {
  const { address, port } = server.address() as AddressInfo;
  const host = OTHER_LOOPBACK[address];
  if (host === undefined) return null;
  // As Node's HTTP servers listen themselves.
  const other = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    server.emit('connection', socket),
  );
  try {
    other.listen({ port, host });
    await once(other, 'listening');
    return other;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (NO_SUCH_ADDRESS.has(code) || (isFreePort && code === 'EADDRINUSE')) return null;
    throw error;
  }
}
