/** What @types/node for the oldest release does not know: `drop` of Node 24 and newer. */
interface Permission {
  has(scope: string): boolean;
  drop(scope: string): void;
}

/**
 * Gives the network up for good: from now on the permission model refuses every new socket, listener and name look-up.
 * What is open stays open, so the channel and the output must be by now.
 * @throws Error where the network is still there afterwards; the guest then ends without having loaded anything
 */
export function dropNetwork(): void {
  const { permission } = process as unknown as { permission: Permission };
  // Their sockets are made when they are first used.
  for (const output of [process.stdout, process.stderr]) output.write('');
  permission.drop('net');
  if (permission.has('net')) throw new Error('the network could not be given up');
}
