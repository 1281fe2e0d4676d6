/**
 * `npm run test:nodes`: runs what depends on the release of Node (the suite `nodes` of jest.config.mjs) on the newest
 * release of each line that Plugboard supports, on one Postgres for all. The binaries are npm packages, kept in
 * node_modules/.cache/nodes.
 *
 *   --all              runs the whole of `npm test` on each line
 *   --line 24          on this line only; may be given more than once
 *   --json-out FOLDER  writes jest's results there as JSON too, one file a line
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build-if-stale.mjs';
import { installIfNeeded, npm, requireNode } from './install.mjs';
import { openTestPostgres } from './test-postgres.mjs';

const LINES = ['20', '22', '24', '26'];
const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'nodes');
const { values: options } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    line: { type: 'string', multiple: true, default: LINES },
    'json-out': { type: 'string' },
  },
});

requireNode();
await installIfNeeded();
await buildIfStale();
const binaries = mkdtempSync(join(tmpdir(), 'plugboard-nodes-'));
const database = await openTestPostgres();
try {
  const failed = [];
  for (const line of options.line) {
    const node = open(fetchNode(line), line);
    const started = performance.now();
    console.log(`== Node ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`);
    if ((await test(node, line)) !== 0) failed.push(line);
    console.log(`== ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  if (failed.length > 0) console.error(`Failed on Node ${failed.join(', ')}.`);
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  await database.close();
  rmSync(binaries, { recursive: true, force: true });
}

/** Fetches the newest release of a line where it is not there; returns the path of the binary. */
function fetchNode(line) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cache, line);
  const binary = join(folder, 'node_modules', name, 'bin', 'node');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const { command, prefix } = npm();
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--no-save'];
  const { status } = spawnSync(
    command,
    [...prefix, 'install', '--prefix', folder, ...quiet, `${name}@${line}`],
    { cwd: folder, stdio: ['ignore', 'ignore', 2] },
  );
  if (status === 0) return binary;
  if (!existsSync(binary)) throw new Error(`Node ${line} could not be fetched (package ${name})`);
  console.error(`Node ${line}: no newer release could be looked for; the one that is here is used.`);
  return binary;
}

/** As root, plugins are other users, and must be able to run it: a copy where this folder is closed to others. */
function open(binary, line) {
  if (process.getuid?.() !== 0 || isOpen(dirname(binary))) return binary;
  const copy = join(binaries, `node-${line}`);
  copyFileSync(binary, copy);
  chmodSync(binaries, 0o755);
  return copy;
}

function isOpen(folder) {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o1) !== 0 && (parent === folder || isOpen(parent));
}

function test(node, line) {
  const chosen = options.all ? [] : ['--suite', 'nodes'];
  const results = options['json-out'];
  const out = results ? ['--json-out', resolve(results, `node-${line}.json`)] : [];
  const child = spawn(node, [join(root, 'scripts', 'test.mjs'), ...out, ...chosen], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TEST_DATABASE_URL: database.url },
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}
