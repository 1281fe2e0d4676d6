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
import { machinePace } from './machine-pace.mjs';
import { openTestPostgres } from './test-postgres.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

requireNode();
const { suite, jestArguments } = parse(process.argv.slice(2));
await installIfNeeded();
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
  const database = await openTestPostgres();
  const { prepareTestRun } = await import('../dist/test/support/test-run.js');
  const testRun = await prepareTestRun(database.url, randomBytes(4).toString('hex')).catch(async (error) => {
    await database.close();
    throw error;
  });
  try {
    const limits = { PLUGBOARD_TEST_PATIENCE: String(machinePace()) };
    return await jest({ ...testRun.environment, ...limits, PLUGBOARD_TEST_SUITE: suite });
  } finally {
    await testRun.close();
    await database.close();
  }
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
