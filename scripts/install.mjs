/**
 * Installs the npm packages when those in node_modules are not the ones package-lock.json names. npm itself
 * records what it installed in node_modules/.package-lock.json, as its last step: an install that was broken off
 * or is out of date shows there. Uses nothing but Node, since it runs before there are packages.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Ends the process with a message when this Node is older than package.json asks for. */
export function requireNode() {
  const { engines } = readJson(join(root, 'package.json'));
  const wanted = engines.node.replace(/[^\d.]/g, '');
  if (isAtLeast(process.versions.node, wanted)) return;
  console.error(`Plugboard needs Node.js ${wanted} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

export function isAtLeast(version, wanted) {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number));
  for (let i = 0; i < want.length; i++) {
    if ((have[i] ?? 0) !== want[i]) return (have[i] ?? 0) > want[i];
  }
  return true;
}

/** Installs what is missing. With `development: false` the packages that only building and testing need may be. */
export function installIfNeeded({ development = true } = {}) {
  const wanted = readJson(join(root, 'package-lock.json'));
  const record = join(root, 'node_modules', '.package-lock.json');
  const installed = existsSync(record) ? readJson(record) : { packages: {} };
  if (missingPackages(wanted, installed, development).length === 0) return;
  console.error('Installing the npm packages …');
  const { command, prefix } = npm();
  const options = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--include=dev',
    '--include=optional',
  ];
  const { status, error } = spawnSync(command, [...prefix, ...options], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  console.error(`npm ci failed${error ? `: ${error.message}` : ` with exit code ${status}`}.`);
  process.exit(1);
}

/** Names of the packages in the lock that are not installed in that version, those for other platforms left out. */
export function missingPackages(wanted, installed, development) {
  return Object.entries(wanted.packages)
    .filter(([path, { optional, devOptional, peer, dev }]) => {
      if (path === '' || optional || (peer && !installed.packages[path])) return false;
      return development || !(dev || devOptional);
    })
    .filter(([path, { version, integrity }]) => {
      const found = installed.packages[path];
      return !found || found.version !== version || found.integrity !== integrity;
    })
    .map(([path]) => path);
}

/** npm as a script for this Node where we can tell its place, which needs no shell on any system. */
export function npm() {
  const beside = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const script = [process.env.npm_execpath ?? '', beside].find(
    (path) => /npm-cli\.c?js$/.test(path) && existsSync(path),
  );
  return script ? { command: process.execPath, prefix: [script] } : { command: 'npm', prefix: [] };
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  requireNode();
  installIfNeeded();
}
