import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { client } from '../support/http.js';
import { patient } from '../support/patience.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LIFELINE = new URL('../support/lifeline.js', import.meta.url).href;
/** What a checkout has that the start looks at. */
const COPIED = [
  ...[
    'package.json',
    'package-lock.json',
    'nest-cli.json',
    'tsconfig.json',
    'scripts',
    'src',
    'test',
    'bench',
  ],
  ...['plugins', 'dist/.sources', 'dist/server', 'dist/src'],
];
const START_LIMIT_MS = 60_000;

let place: Awaited<ReturnType<typeof temporaryFolder>>;
let database: TestDatabase;
let running: ChildProcess | undefined;

beforeAll(async () => {
  place = await temporaryFolder();
  database = await createTestDatabase();
  for (const name of COPIED) await cp(join(ROOT, name), join(place.path, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(place.path, 'node_modules'));
  const settings = { PORT: '0', DATA_DIR: join(place.path, 'data'), DATABASE_URL: database.url };
  await writeEnvFile({ ...settings, NODE_NAME: 'from the file' });
});
afterEach(async () => {
  const { exitCode, signalCode, stdin } = running ?? {};
  if (running && exitCode === null && signalCode === null) {
    stdin?.end();
    await once(running, 'exit');
  }
  running = undefined;
});
afterAll(async () => {
  await database.drop();
  await place.remove();
});

function writeEnvFile(values: Record<string, string>): Promise<void> {
  const lines = Object.entries(values).map(([name, value]) => `${name}="${value}"`);
  return writeFile(join(place.path, '.env'), lines.join('\n'));
}

interface Started {
  npm: ChildProcess;
  url: string;
  token: string;
}

async function npmStart(env: Record<string, string> = {}): Promise<Started> {
  const npm = (running = spawn('npm', ['start'], {
    cwd: place.path,
    env: { PATH: process.env.PATH ?? '', HOME: place.path, NODE_OPTIONS: `--import=${LIFELINE}`, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  }));
  let printed = '';
  const collect = (chunk: Buffer): void => void (printed += chunk.toString());
  npm.stdout.on('data', collect);
  npm.stderr.on('data', collect);
  const found = (pattern: RegExp): string => pattern.exec(printed)?.[1] ?? '';
  await eventually(() => {
    if (npm.exitCode !== null) return;
    expect(printed).toMatch(/Admin token +\S+\n/);
  }, patient(START_LIMIT_MS));
  if (npm.exitCode !== null) throw new Error(`npm start ended:\n${printed}`);
  return { npm, url: found(/Explorer +(\S+)\/docs/), token: found(/Admin token +(\S+)/) };
}

const nodeNames = async ({ url, token }: Started): Promise<string[]> => {
  const { body } = await client(url, token).get<{ nodes: { name: string }[] }>('/api/nodes');
  return body.nodes.map(({ name }) => name);
};

it.each([
  ['SIGTERM', 0],
  ['SIGINT', 130],
] as const)('%s to npm start ends the server, then npm with %i', async (signal, code) => {
  const started = await npmStart();
  expect(await nodeNames(started)).toEqual(['from the file']);
  const exited = once(started.npm, 'exit');
  started.npm.kill(signal);
  expect(await exited).toEqual([code, null]);
  await expect(fetch(`${started.url}/health/live`)).rejects.toThrow();
});

it('prefers the environment to the file', async () => {
  const started = await npmStart({ NODE_NAME: 'from the environment' });
  expect(await nodeNames(started)).toEqual(['from the environment']);
});

it('runs on while the next version is built where it was started', async () => {
  const { url, token } = await npmStart();
  await rm(join(place.path, 'dist'), { recursive: true });
  const plugin = `export const name = 'late'; export const preLLMHook = () => 'here';`;
  await mkdir(join(place.path, 'data', 'custom'), { recursive: true });
  await writeFile(join(place.path, 'data', 'custom', 'late.mjs'), plugin);
  const api = client(url, token);
  const configSchema = { type: 'object', properties: { a: { type: 'string' } } };
  const body = { name: 'late', path: 'late.mjs', enabled: true, configSchema, config: { a: 'b' } };
  expect((await api.post('/api/plugins', body)).status).toBe(201);
  const called = await api.post<{ result: unknown }>('/api/plugins/late/hooks/preLLMHook', { request: {} });
  expect(called.body.result).toBe('here');
});

it('installs packages beside those in use, which stay until the new ones are there', async () => {
  const { path, remove } = await temporaryFolder();
  await cp(join(ROOT, 'scripts'), join(path, 'scripts'), { recursive: true });
  const lock = { packages: { 'node_modules/a': { version: '2.0.0' } } };
  await writeFile(join(path, 'package.json'), JSON.stringify({ engines: { node: '>=20' }, type: 'module' }));
  await writeFile(join(path, 'package-lock.json'), JSON.stringify(lock));
  await mkdir(join(path, 'node_modules', 'a'), { recursive: true });
  await writeFile(join(path, 'node_modules', 'a', 'version'), '1.0.0');
  // Stands for npm: notes what a server that runs would find meanwhile.
  const npm = `const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
    mkdirSync('node_modules/a', { recursive: true });
    writeFileSync('node_modules/a/version', '2.0.0');
    writeFileSync(${JSON.stringify(join(path, 'meanwhile'))}, readFileSync(${JSON.stringify(join(path, 'node_modules', 'a', 'version'))}));`;
  await writeFile(join(path, 'npm-cli.cjs'), npm);
  const install = spawn(process.execPath, [join(path, 'scripts', 'install.mjs')], {
    env: { ...process.env, npm_execpath: join(path, 'npm-cli.cjs') },
  });
  expect(await once(install, 'exit')).toEqual([0, null]);
  const version = (name: string): Promise<string> => readFile(join(path, name), 'utf8');
  expect(await version('meanwhile')).toBe('1.0.0');
  expect(await version(join('node_modules', 'a', 'version'))).toBe('2.0.0');
  expect((await readdir(path)).filter((name) => name.startsWith('.'))).toEqual([]);
  await remove();
});
