import { ConfigError } from './config.js';
import { DataFolderError } from './platform/data-folder/index.js';
import { EmbeddedPostgresError } from './platform/database/embedded/index.js';
import { DatabaseError } from './platform/database/database.error.js';

/** What is wrong in words for the person who starts the server, where we know it; the whole error otherwise. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return `The configuration cannot be used:\n${error.message}`;
  if (error instanceof DataFolderError || error instanceof EmbeddedPostgresError) return error.message;
  if (error instanceof DatabaseError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return explainListening(error) ?? error.stack ?? error.message;
}

interface Place {
  address?: string;
  hostname?: string;
  port?: number;
}

function explainListening(error: Error): string | null {
  const { code, syscall, address, hostname, port } = error as NodeJS.ErrnoException & Place;
  if (code === 'EADDRINUSE')
    return `Port ${String(port)} is taken${address ? ` on ${address}` : ''}. Stop what listens there, or give another: PORT=8081 npm start`;
  if (syscall === 'listen')
    return `Cannot listen on port ${String(port)} of ${String(address)} (${String(code)}).`;
  if (syscall === 'getaddrinfo' && hostname) return `HOST names no address of this machine: ${hostname}`;
  return null;
}
