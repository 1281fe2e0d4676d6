import { readConfig } from './config.js';
import { CONFIG_CHECKS } from './config-checks.js';
import { explain } from './explain.js';
import { nodeReleaseWarning } from './platform/node-release.js';
import { startServer, type Server } from './server.js';

/** Requests under way (8 s), plugins (3 s) and Postgres end long before this; milliseconds. */
const STOP_LIMIT_MS = 20_000;
let stopping = false;

try {
  const starting = startServer(readConfig(undefined, CONFIG_CHECKS));
  stopOnSignals(starting);
  stopOnFaults(starting);
  process.stdout.write(banner(await starting));
} catch (error) {
  fail(error);
}

function banner({ url, dataDir, adminToken }: Server): string {
  const warning = nodeReleaseWarning();
  return [
    '',
    `  Plugboard is up.`,
    `  Explorer     ${url}/docs`,
    `  Data folder  ${dataDir}`,
    ...sharedUser(),
    adminToken
      ? `  Admin token  ${adminToken}`
      : `  Admin tokens come from your identity provider (JWT_JWKS_URL).`,
    ...(warning ? [`  Warning      ${warning}`] : []),
    '',
    '',
  ].join('\n');
}

/** Says what is missing where plugins cannot have users of their own, which takes root. */
function sharedUser(): string[] {
  const uid = process.getuid?.();
  if (uid === undefined || uid === 0) return [];
  return [
    `  Plugins      run as this server's user (uid ${uid}): only Node's permission model stands between them and`,
    `               its files. Start it as root to give each plugin a user of its own.`,
  ];
}

/** A server that is asked to stop while it starts ends what it has started. Asking again does not cut that short. */
function stopOnSignals(starting: Promise<Server>): void {
  process.on('SIGTERM', () => stop(starting, 0));
  process.on('SIGINT', () => stop(starting, 130));
}

/** After a fault that nobody caught the state is unknown: plugins and database are stopped in order, then we end. */
function stopOnFaults(starting: Promise<Server>): void {
  let faulty = false;
  process.on('uncaughtException', (error) => {
    process.stderr.write(`A fault that nobody caught; the server stops.\n${explain(error)}\n`);
    if (!faulty) stop(starting, 1);
    faulty = true;
  });
}

function stop(starting: Promise<Server>, exitCode: number): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  starting.then((server) => server.stop()).then(() => process.exit(exitCode), fail);
}

function fail(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
