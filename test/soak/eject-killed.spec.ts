import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { greeter, ID, NAME } from '../support/ejected-world.js';
import { eventually } from '../support/eventually.js';
import { InstallationWorld } from '../support/installation-world.js';
import { at, hook, type PluginDto } from '../support/plugins-api.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A server is started thrice in each test. */
const LIMIT_MS = 120_000;

/** Starts no further until the address answers. */
const slow = (source: string, gate: string): string =>
  source.replace(
    'init = () => {}',
    `init = async () => { while (!(await fetch(${JSON.stringify(gate)})).ok) await new Promise(setImmediate); }`,
  );

let world: InstallationWorld;
let signals: { path: string; remove: () => Promise<void> };
beforeEach(async () => {
  signals = await temporaryFolder();
  world = await InstallationWorld.open({ GUEST_START_TIMEOUT: '60000' });
  publish('1.0.0', greeter('hello'));
  await world.install({ name: NAME });
}, LIMIT_MS);
afterEach(async () => {
  await world.close();
  await signals.remove();
});

function publish(version: string, source: string): void {
  world.registry.publish({
    name: 'punctuation',
    version: '1.0.0',
    files: { 'index.js': "exports.punctuation = '!';" },
  });
  world.registry.publish({
    ...{ name: NAME, version, files: { 'index.js': source } },
    manifest: { type: 'module', dependencies: { punctuation: '1.0.0' } },
  });
}
const ejected = (...path: string[]): string => join(world.server.dataDir, 'ejected', ...path);
const copy = (...path: string[]): string => ejected('@acme+plugin-greeter', ...path);
const names = (path: string): Promise<string[]> => readdir(path).catch(() => []);
const signal = (name: string): string => join(signals.path, name);
const eject = async (): Promise<void> => {
  expect((await world.api.post(at(ID, '/eject'))).status).toBe(200);
};
/** Asks, kills the server once `begun`, and starts the next one. */
async function killed(path: string, body: object, begun: () => Promise<void>): Promise<void> {
  const answer = world.api.post(path, body).catch(() => null);
  await eventually(begun, 20_000);
  await world.server.end('SIGKILL');
  await answer;
  await eventually(() => expect(scripts()).toBe(''));
  await world.start();
}
const runs = (text: string, tail = 'one'): Promise<void> =>
  eventually(async () => expect(await hook(world.api, ID)).toEqual({ text, tail }), 30_000);
/** Build scripts that are running. */
const scripts = (): string =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(signals.path) && line.includes('/bin/sh'))
    .join('\n');
const source = async (): Promise<string> => (await world.api.get<PluginDto>(at(ID))).body.source;

it(
  'a killed eject leaves the package running and no copy',
  async () => {
    const copied = async (): Promise<void> =>
      expect(await names(ejected('.builds', '@acme+plugin-greeter'))).toHaveLength(1);
    await killed(at(ID, '/eject'), {}, copied);
    await runs('hello!');
    const isEjected = (await source()) === 'ejected';
    expect(existsSync(copy())).toBe(isEjected);
    expect(await names(ejected('.unfinished'))).toEqual([]);
    expect(await names(ejected('.builds', '@acme+plugin-greeter'))).toHaveLength(isEjected ? 1 : 0);
    if (!isEjected) await eject();
    await runs('hello!');
  },
  LIMIT_MS,
);

it(
  'a killed sync is taken up again; until then what ran before runs, and edits stay',
  async () => {
    await eject();
    await writeFile(copy('index.js'), greeter('edited'));
    const build = `while [ ! -f ${signal('go')} ]; do sleep 0.05; done; echo built >> log`;
    const manifest = { name: NAME, version: '1.0.0', type: 'module', scripts: { build } };
    await writeFile(copy('package.json'), JSON.stringify(manifest));
    await killed(at(ID, '/sync'), { builder: 'script' }, async () =>
      expect(await names(ejected('.builds', '@acme+plugin-greeter'))).toHaveLength(2),
    );
    await runs('hello!');
    expect(await readFile(copy('index.js'), 'utf8')).toBe(greeter('edited'));
    await writeFile(signal('go'), '');
    await runs('edited!');
    await eventually(async () =>
      expect(await names(ejected('.builds', '@acme+plugin-greeter'))).toHaveLength(1),
    );
  },
  LIMIT_MS,
);

it(
  'a killed merge is made anew, with the edits in it',
  async () => {
    await eject();
    await writeFile(copy('index.js'), greeter('mine'));
    publish('1.1.0', slow(greeter('hello').replace("'one'", "'two'"), `${world.registry.url}gate`));
    await writeFile(copy('added.js'), 'export {};');
    await killed(at(ID, '/sync'), { upstream: true }, async () => {
      expect(await names(ejected('.builds', '@acme+plugin-greeter'))).toHaveLength(2);
      expect(await names(copy('.git', 'refs', 'plugboard'))).toContain('landing');
    });
    await runs('hello!');
    expect(await readFile(copy('index.js'), 'utf8')).toBe(greeter('mine'));
    world.registry.interfere = (_, response, path) => path === 'gate' && Boolean(response.end());
    await runs('mine!', 'two');
    await eventually(async () => expect(await readFile(copy('index.js'), 'utf8')).toContain("'two'"));
    expect(await readFile(copy('index.js'), 'utf8')).toContain('"mine"');
    expect(await readFile(copy('added.js'), 'utf8')).toBe('export {};');
    await eventually(async () => expect(await names(copy('.git', 'refs', 'plugboard'))).toEqual([]));
  },
  LIMIT_MS,
);
