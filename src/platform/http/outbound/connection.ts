import { type LookupFunction, type Socket, connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Deadline } from './deadline.js';
import { type Destination, isChecked } from './destination.js';
import { privateDestination } from './download.errors.js';

/** Node's 250 ms makes far hosts with two addresses fail; the deadline bounds the sum anyway. */
const NEXT_ADDRESS_AFTER_MS = 1_000;

/**
 * Opens a connection to one of the checked addresses, and to nothing else: the name is not resolved again, and
 * the peer is compared before the first byte (of TLS, too) is sent.
 * @param ca certificates to trust instead of Node's
 * @throws Unprocessable `destination_refused`, the deadline's reason, or Node's error
 */
export async function openConnection(
  destination: Destination,
  deadline: Deadline,
  ca?: string,
): Promise<Socket> {
  const socket = connectTcp({
    host: destination.hostname,
    port: destination.port,
    lookup: pinnedLookup(destination.addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
  });
  await established(socket, 'connect', deadline);
  if (!isChecked(destination, socket.remoteAddress)) {
    socket.destroy();
    throw privateDestination(destination.hostname);
  }
  return destination.tls ? secureConnection(socket, destination.hostname, deadline, ca) : socket;
}

/**
 * Begins TLS over a connection, which may be one through a proxy.
 * @throws the deadline's reason, or Node's error
 */
export async function secureConnection(
  socket: Socket,
  hostname: string,
  deadline: Deadline,
  ca?: string,
): Promise<Socket> {
  const secure = connectTls({
    socket,
    // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED would otherwise switch the check off.
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    host: hostname,
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ...(ca !== undefined && { ca }),
  });
  await established(secure, 'secureConnect', deadline);
  return secure;
}

/** A `lookup` that knows only the checked addresses. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    if (options.all) callback(null, answers);
    else callback(null, answers[0]?.address ?? '', answers[0]?.family ?? 0);
  };
}

/** Waits until a socket is open. @throws the deadline's reason, or Node's error */
export async function established(socket: Socket, event: string, deadline: Deadline): Promise<void> {
  // Stays for the life of the socket: an error between two listeners must not end the process.
  socket.on('error', () => undefined);
  const opened = new Promise<void>((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed before it was open')));
  });
  try {
    await deadline.race(opened);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
