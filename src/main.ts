import { ConfigError, readConfig } from './config.js';
import { startServer, type Server } from './server.js';

const STOP_LIMIT_MS = 20_000;

try {
  const server = await startServer(readConfig());
  stopOnSignals(server);
  process.stdout.write(banner(server));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

function banner({ url, dataDir, adminToken }: Server): string {
  return [
    '',
    `  Plugboard is up.`,
    `  Explorer     ${url}/docs`,
    `  Data folder  ${dataDir}`,
    adminToken
      ? `  Admin token  ${adminToken}`
      : `  Admin tokens come from your identity provider (JWT_JWKS_URL).`,
    '',
    '',
  ].join('\n');
}

function stopOnSignals(server: Server): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    server.stop().then(
      () => process.exit(signal === 'SIGINT' ? 130 : 0),
      (error: unknown) => {
        process.stderr.write(`${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** What is wrong in words, where we know it; the whole error otherwise. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return `The configuration cannot be used:\n${error.message}`;
  if (error instanceof Error && 'hint' in error) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return 'The port is taken. Stop what listens there, or give another: PORT=8081 npm start';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
