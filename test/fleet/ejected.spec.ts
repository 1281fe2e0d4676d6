import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { EjectedDoneDto, EjectedListDto } from '../../src/modules/installation/ejected.dto.js';
import { greeter, ID, NAME } from '../support/ejected-world.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetChanged } from '../support/fleet.js';
import { at, failure, type Failed, hook } from '../support/plugins-api.js';
import type { Answer } from '../support/http.js';
import { TestRegistry } from '../support/registry.js';

let registry: TestRegistry;
let fleet: Fleet;
beforeAll(async () => {
  registry = await TestRegistry.start();
  registry.publish({
    name: 'punctuation',
    version: '1.0.0',
    files: { 'index.js': "exports.punctuation = '!';" },
  });
  publish('1.0.0', greeter('hello'));
  fleet = await Fleet.open(2, { NPM_REGISTRY: registry.url });
  expect((await fleet.api(0).post('/api/plugins/install?wait=all', { name: NAME })).status).toBe(200);
});
afterAll(async () => {
  await fleet.close();
  await registry.close();
});

function publish(version: string, source: string): void {
  const manifest = { type: 'module', dependencies: { punctuation: '1.0.0' } };
  registry.publish({ name: NAME, version, files: { 'index.js': source }, manifest });
}
const ask = (n: number, what: string, body: object = {}): Promise<Answer<Failed>> =>
  fleet.api(n).post<Failed>(`${at(ID, `/${what}`)}?wait=all`, body);
const copyOf = (n: number): string => join(fleet.server(n).dataDir, 'ejected', '@acme+plugin-greeter');
const ejectedBy = async (n: number): Promise<EjectedListDto['plugins'][0] | undefined> =>
  (await fleet.api(n).get<EjectedListDto>('/api/plugins/ejected')).body.plugins[0];
const answers = async (text: string, servers: readonly number[]): Promise<void> => {
  for (const n of servers)
    expect([n, await hook(fleet.api(n), ID)]).toEqual([n, expect.objectContaining({ text })]);
};
/** Writes the copy's code in TypeScript. */
const edit = async (n: number, word: string): Promise<void> => {
  const manifest = { name: NAME, type: 'module', main: 'dist/index.js' };
  if (!existsSync(join(copyOf(n), 'index.ts')))
    await writeFile(join(copyOf(n), 'package.json'), JSON.stringify(manifest));
  await rm(join(copyOf(n), 'index.js'), { force: true });
  await writeFile(join(copyOf(n), 'index.ts'), greeter(word).replace('word + ', '(word as string) + '));
};

it('a local copy lies on one server; all run what is built from it, one that joins late with an empty disk too', async () => {
  const ejected = await ask(1, 'eject');
  expect(ejected).toMatchObject({ status: 200, body: { localPath: copyOf(1), fleet: { converged: true } } });
  await answers('hello!', [0, 1]);
  for (const n of [0, 1])
    expect(await ejectedBy(n)).toMatchObject({
      localPath: copyOf(1),
      node: { nodeName: 'node-1', state: 'live' },
    });
  expect(failure(await ask(0, 'eject'))).toEqual([409, 'already_ejected', 'x']);

  await edit(1, 'edited');
  expect(await ask(0, 'sync')).toMatchObject({ status: 200, body: { fleet: { converged: true } } });
  await answers('edited!', [0, 1]);
  await fleet.start(2);
  await fleet.converged();
  await answers('edited!', [2]);
  expect(existsSync(copyOf(2))).toBe(false);
});

it('where the server with the copy is away, a sync says so; where it is gone, another copy is made of what runs', async () => {
  await writeFile(join(copyOf(1), 'half.ts'), 'typed');
  await fleet.server(1).end('SIGKILL');
  await fleet.sql(`update node set heartbeat_at = now() - interval '1 minute' where name = 'node-1'`);
  const dead = await ask(0, 'sync');
  expect([...failure(dead), dead.text]).toEqual([
    409,
    'local_copy_away',
    'x',
    expect.stringContaining('node-1, which is dead'),
  ]);
  expect(failure(await ask(0, 'eject'))).toEqual([409, 'already_ejected', 'x']);
  await fleet.sql(`update node set heartbeat_at = now() - interval '2 hours' where name = 'node-1'`);
  await eventually(async () => expect(await ejectedBy(2)).toMatchObject({ node: { state: 'gone' } }), 15_000);
  expect(failure(await ask(0, 'sync'))).toEqual([409, 'local_copy_away', 'x']);

  const again = await fleet.api(0).post<EjectedDoneDto>(at(ID, '/eject'));
  expect([again.status, again.body.localPath]).toEqual([200, copyOf(0)]);
  expect(await readFile(join(copyOf(0), 'index.ts'), 'utf8')).toContain('"edited"');
  expect(await ejectedBy(2)).toMatchObject({ localPath: copyOf(0), node: { nodeName: 'node-0' } });
  await edit(0, 'edited again');
  expect((await ask(2, 'sync')).status).toBe(200);
  await answers('edited again!', [0, 2]);

  // The server was not gone for good: it runs what all run, and keeps its edits aside.
  await fleet.start(1);
  await fleet.converged();
  await answers('edited again!', [1]);
  expect(existsSync(copyOf(1))).toBe(false);
  const [aside = ''] = await readdir(join(copyOf(1), '..', '.aside'));
  expect(await readFile(join(copyOf(1), '..', '.aside', aside, 'half.ts'), 'utf8')).toBe('typed');
});

it('is merged, reinjected and purged from any server', async () => {
  publish('1.1.0', greeter('hello').replace("'one'", "'two'"));
  await fleet.api(1).post(at(ID, '/reinject'));
  await eventually(() => expect(existsSync(copyOf(0))).toBe(false));
  expect(await readdir(join(copyOf(0), '..', '.aside'))).toHaveLength(1);
  await fleet.converged();
  await answers('hello!', [0, 1, 2]);

  expect((await ask(2, 'eject')).status).toBe(200);
  await writeFile(join(copyOf(2), 'index.js'), greeter('mine'));
  const merged = await ask(0, 'sync', { upstream: true });
  expect(merged).toMatchObject({ status: 200, body: { fleet: { converged: true } } });
  for (const n of [0, 1, 2]) expect(await hook(fleet.api(n), ID)).toEqual({ text: 'mine!', tail: 'two' });

  const purged = await fleet.api(1).post<FleetChanged>(`${at(ID, '/reinject')}?wait=all`, { purge: true });
  expect(purged.body.fleet.converged).toBe(true);
  await eventually(() => expect(existsSync(copyOf(2))).toBe(false));
  expect(await readdir(join(copyOf(2), '..', '.aside')).catch(() => [])).toEqual([]);
  for (const n of [0, 1, 2]) expect(await hook(fleet.api(n), ID)).toEqual({ text: 'hello!', tail: 'two' });
});

it('is reinjected while the server with the copy is gone, which comes back without it', async () => {
  expect((await ask(2, 'eject')).status).toBe(200);
  await writeFile(join(copyOf(2), 'notes.txt'), 'mine');
  await fleet.server(2).end('SIGTERM');
  expect(await ask(0, 'reinject', { purge: true })).toMatchObject({
    status: 200,
    body: { fleet: { converged: true, nodes: [{}, {}] } },
  });
  await fleet.start(2);
  await fleet.converged();
  await answers('hello!', [0, 1, 2]);
  expect(existsSync(copyOf(2))).toBe(false);
  // Nobody there could be told to remove what was edited.
  expect(await readdir(join(copyOf(2), '..', '.aside'))).toHaveLength(1);
});

it('a link to a folder keeps a build on its server, and the answer says so', async () => {
  await ask(0, 'eject');
  await writeFile(join(copyOf(0), 'index.js'), greeter('linked'));
  await mkdir(join(copyOf(0), 'data'));
  await symlink('data', join(copyOf(0), 'also-data'));
  const synced = await fleet.api(1).post<{ message: string }>(at(ID, '/sync'));
  expect(synced.body.message).toContain('it runs on this server alone: The link "also-data"');
  await eventually(async () => {
    const states = (await fleet.instances(ID)).instances.map(({ nodeName, state }) => [nodeName, state]);
    expect(states.sort()).toEqual([
      ['node-0', 'converged'],
      ['node-1', 'failed'],
      ['node-2', 'failed'],
    ]);
  });
  await rm(join(copyOf(0), 'also-data'));
  expect(await ask(2, 'sync')).toMatchObject({ status: 200, body: { fleet: { converged: true } } });
  await answers('linked!', [0, 1, 2]);
  expect((await fleet.api(1).post('/api/plugins/uninstall', { name: NAME, purge: true })).status).toBe(200);
  await eventually(() => expect(existsSync(copyOf(0))).toBe(false));
});
