/**
 * What CI asks of a change, in the order of how soon each step can tell: `npm run check`.
 * Prints a line a step; the first that fails ends it with its output and exit code 1.
 * `--skip-tests` leaves the tests out.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const skipTests = process.argv.includes('--skip-tests');
const unknown = process.argv.slice(2).filter((argument) => argument !== '--skip-tests');
if (unknown.length > 0) {
  console.error(`check: unknown option ${unknown.join(' ')}; the only one is --skip-tests`);
  process.exit(2);
}

/** Redocly asks its registry for a newer version and reports its use; a check does neither. */
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' };
const tool = (path) => `node_modules/${path}`;

const STEPS = [
  { name: 'format', run: [tool('prettier/bin/prettier.cjs'), '--check', '.'] },
  { name: 'lint', run: [tool('eslint/bin/eslint.js'), '.'] },
  { name: 'types and build', run: ['scripts/build.mjs'] },
  { name: 'boundaries', run: [tool('dependency-cruiser/bin/dependency-cruise.mjs'), 'src', 'test', 'bench'] },
  { name: 'settings are documented', run: ['scripts/settings-docs.mjs', '--check'] },
  { name: 'openapi.yaml is current', run: ['scripts/openapi.mjs', '--check'] },
  { name: 'openapi.yaml is good', run: [tool('@redocly/cli/bin/cli.js'), 'lint', 'openapi.yaml'] },
  { name: 'migrations are current', run: ['scripts/migration.mjs', '--check'] },
  { name: 'tests', run: ['scripts/test.mjs'], skip: skipTests },
];

for (const { name, run, skip } of STEPS) {
  if (skip) {
    console.log(`skip  ${name} (--skip-tests)`);
    continue;
  }
  const started = performance.now();
  const { code, output } = await node(run);
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name.padEnd(24)} ${seconds.padStart(8)}`);
  if (code !== 0) {
    process.stdout.write(output);
    process.exit(1);
  }
}

/** Runs a script of this project with nothing on its input; answers the exit code and all it printed. */
function node(args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...QUIET },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('close', (code) => done({ code, output: Buffer.concat(chunks) }));
  });
}
