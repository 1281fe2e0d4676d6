import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Fails where nobody could listen on a port, so that a server that is started twice says so at once and not when all else
 * is up.
 * @param port 0 for any: there is nothing to check
 * @throws the error of listening (`EADDRINUSE` and others)
 */
export async function assertPortFree(port: number, host: string): Promise<void> {
  if (port === 0) return;
  const probe = createServer().listen({ port, host, exclusive: true });
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}
