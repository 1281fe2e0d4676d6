/**
 * `npm test`: installs and builds what is missing, starts one Postgres for the whole run (or takes the one in
 * TEST_DATABASE_URL), runs jest with the arguments it was given, and ends with jest's exit code.
 *
 *   --suite browser    the specs in test/browser/ (or another folder of test/) instead of all others
 *   --json-out FILE    writes jest's results there as JSON too
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build-if-stale.mjs';
import { installIfNeeded, requireNode } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

requireNode();
const { suite, jestArguments } = parse(process.argv.slice(2));
installIfNeeded();
await buildIfStale();
const stopRequest = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopRequest.abort());
try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run() {
  const database = await openDatabase();
  const { prepareTestRun } = await import('../dist/test/support/test-run.js');
  const testRun = await prepareTestRun(database.url, randomBytes(4).toString('hex')).catch(async (error) => {
    await database.close();
    throw error;
  });
  try {
    return await jest({ ...testRun.environment, PLUGBOARD_TEST_SUITE: suite });
  } finally {
    await testRun.close();
    await database.close();
  }
}

async function openDatabase() {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, close: async () => undefined };
  const { openDataFolder } = await import('../dist/src/platform/data-folder/index.js');
  const { openEmbeddedPostgres } = await import('../dist/src/platform/database/embedded/index.js');
  const folder = await openDataFolder(join(root, '.test-data'));
  const log = { info: () => undefined, warn: (message) => console.error(message) };
  // Test data need not survive a power cut.
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
  };
  const postgres = await openEmbeddedPostgres({ folder, log, settings });
  // The folder is ours alone, so whatever an earlier run left there was left by one that was killed.
  const { dropDatabases, TEST_PREFIX } = await import('../dist/test/support/test-run.js');
  await dropDatabases(postgres.url, TEST_PREFIX);
  return {
    url: postgres.url,
    close: async () => {
      await postgres.stop();
      await folder.release();
    },
  };
}

function jest(environment) {
  const program = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', program, ...jestArguments],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    },
  );
  stopRequest.signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}

function parse(given) {
  const jestArguments = [];
  let suite = '';
  for (let i = 0; i < given.length; i++) {
    if (given[i] === '--suite') suite = given[++i] ?? '';
    else if (given[i] === '--json-out')
      jestArguments.push('--json', `--outputFile=${outputFile(given[++i])}`);
    else jestArguments.push(given[i]);
  }
  return { suite, jestArguments };
}

function outputFile(path = join('.test-data', 'results.json')) {
  const full = resolve(path);
  mkdirSync(dirname(full), { recursive: true });
  return full;
}
