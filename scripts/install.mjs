/**
 * Installs the npm packages when those in node_modules are not the ones package-lock.json names. npm itself
 * records what it installed in node_modules/.package-lock.json, as its last step: an install that was broken off
 * or is out of date shows there. Uses nothing but Node, since it runs before there are packages.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = join(root, 'node_modules');

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

/**
 * Installs what is missing. With `development: false` the packages that only building and testing need may be. Where
 * there are packages, a server may be running from them: the new ones are installed beside and take their place at once.
 * A signal ends npm too.
 */
export async function installIfNeeded({ development = true } = {}) {
  const wanted = readJson(join(root, 'package-lock.json'));
  const record = join(packages, '.package-lock.json');
  const installed = existsSync(record) ? readJson(record) : { packages: {} };
  if (missingPackages(wanted, installed, development).length === 0) return;
  console.error('Installing the npm packages …');
  if (existsSync(packages)) await installBeside();
  else await runNpm(root);
}

async function installBeside() {
  const beside = mkdtempSync(join(root, '.install-'));
  const removeBeside = () => rmSync(beside, { recursive: true, force: true });
  process.once('exit', removeBeside);
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    if (existsSync(join(root, name))) copyFileSync(join(root, name), join(beside, name));
  await runNpm(beside);
  try {
    renameSync(packages, join(beside, 'before'));
    renameSync(join(beside, 'node_modules'), packages);
  } catch (error) {
    // A mount cannot be renamed.
    if (!['EBUSY', 'EXDEV'].includes(error.code)) throw error;
    await runNpm(root);
  }
  removeBeside();
}

async function runNpm(folder) {
  const { command, prefix } = npm();
  const options = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--include=dev',
    '--include=optional',
  ];
  const child = spawn(command, [...prefix, ...options], { cwd: folder, stdio: ['ignore', 2, 2] });
  const signals = ['SIGINT', 'SIGTERM'];
  let received = null;
  const pass = (signal) => {
    received = signal;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  const failure = await new Promise((done) => {
    child.once('error', (error) => done(`: ${error.message}`));
    child.once('exit', (code, signal) => done(code === 0 ? null : ` with ${signal ?? `exit code ${code}`}`));
  });
  for (const signal of signals) process.off(signal, pass);
  if (received) process.exit(128 + constants.signals[received]);
  if (failure === null) return;
  console.error(`npm ci failed${failure}.`);
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
  await installIfNeeded();
}
