import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type GuestSpec, Reconciler, type Wanted } from '../../src/runtime/host/index.js';
import { PluginWorld } from '../support/plugin-world.js';

const answering = (text: string): string => `export const preLLMHook = () => '${text}';`;

const item = (spec: GuestSpec, enabled: boolean, revision: number): Wanted => ({
  pluginId: spec.pluginId,
  name: spec.name,
  enabled,
  revision,
  slot: spec.slot,
  readSpec: () => Promise.resolve(spec),
});

describe('making what runs equal what is wanted', () => {
  let world: PluginWorld;
  let wanted: Map<string, Wanted>;
  let reconciler: Reconciler;
  let errors: string[];

  beforeEach(async () => {
    world = await PluginWorld.open();
    errors = [];
    const neighbour = world.spec('neighbour', `${world.root}/neighbour.mjs`);
    wanted = new Map([['neighbour', item(neighbour, true, 1)]]);
    reconciler = new Reconciler({
      runtime: world.runtime,
      readTargets: () => Promise.resolve([...wanted.values()]),
      readWanted: (id) => Promise.resolve(wanted.get(id) ?? null),
      intervalMs: 60_000,
      onError: (message) => errors.push(message),
    });
  });
  afterEach(async () => {
    await reconciler.stop();
    await world.close();
  });

  async function want(id: string, revision: number, source: string, enabled = true): Promise<void> {
    const spec = world.spec(id, await world.write(`${id}-${revision}.mjs`, source));
    wanted.set(id, item(spec, enabled, revision));
  }

  it('catches up with a change of another server that a change of its own came after', async () => {
    await want('a', 1, answering('one'));
    await reconciler.converge();
    // Revision 2 was made elsewhere and is not here yet; revision 3, made here, needs no restart by itself.
    await want('a', 3, answering('two'));
    world.runtime.advance('a', 3);
    await reconciler.converge('a', 3);
    expect((await world.runtime.callHook('a', 'preLLMHook', {})).value).toBe('two');
    const { pid } = world.runtime.actual('a');
    wanted.set('a', { ...(wanted.get('a') as Wanted), revision: 4 });
    world.runtime.advance('a', 4);
    await reconciler.converge('a', 4);
    expect(world.runtime.actual('a')).toMatchObject({ pid, revision: 4 });
  });

  it('starts, reloads, disables and deletes, and leaves alone what is right', async () => {
    await want('a', 1, answering('one'));
    await want('b', 1, answering('b'));
    await reconciler.converge();
    const first = world.runtime.actual('a');
    expect(first).toMatchObject({ status: 'active', revision: 1 });
    await reconciler.converge();
    expect(world.runtime.actual('a').pid).toBe(first.pid);
    await want('a', 2, answering('two'));
    await want('b', 2, answering('b'), false);
    await reconciler.converge();
    expect((await world.runtime.callHook('a', 'preLLMHook', {})).value).toBe('two');
    expect(world.runtime.actual('b').status).toBe('disabled');
    wanted.delete('a');
    wanted.delete('b');
    await reconciler.converge('a');
    await reconciler.converge();
    expect(world.runtime.pluginIds()).toEqual(['neighbour']);
    expect(await world.neighbourAnswers()).toBe(true);
    expect(errors).toEqual([]);
  });

  it('shows a plugin that does not start as an error, and the others run', async () => {
    await want('bad', 1, `throw new Error('broken');`);
    await want('good', 1, answering('fine'));
    await reconciler.converge();
    expect(world.runtime.actual('bad')).toMatchObject({ revision: 1, pid: null });
    expect(world.runtime.actual('bad').error).toContain('broken');
    expect(world.runtime.actual('good').status).toBe('active');
    await want('bad', 2, answering('mended'));
    await reconciler.converge('bad');
    expect(world.runtime.actual('bad')).toMatchObject({ status: 'active', error: null });
  });

  it('shows why it could not find out what to start, and tries again at the next pass', async () => {
    await want('lost', 1, answering('found'));
    const found = wanted.get('lost');
    const gone = (): Promise<GuestSpec> => Promise.reject(new Error('the download is gone'));
    if (found) wanted.set('lost', { ...found, readSpec: gone });
    await reconciler.converge();
    const refused = world.runtime.actual('lost');
    expect(refused).toMatchObject({ status: 'error', error: 'the download is gone', revision: 1 });
    await reconciler.converge();
    expect(world.runtime.actual('lost').logs).toEqual(refused.logs);
    if (found) wanted.set('lost', found);
    await reconciler.converge();
    expect(world.runtime.actual('lost')).toMatchObject({ status: 'active', error: null, revision: 1 });
    expect(errors).toEqual([]);
  });

  it('a plugin that never finishes its start holds up no other', async () => {
    for (const id of ['slow1', 'slow2', 'slow3', 'slow4'])
      await want(id, 1, 'await new Promise(() => setInterval(() => {}, 1000));');
    await want('quick', 1, answering('quick'));
    reconciler.start();
    expect(await world.until('quick', ({ status }) => status === 'active')).toMatchObject({ revision: 1 });
    await world.runtime.stopAll();
  });

  it('acts on what is wanted when its turn comes, not on what was read before', async () => {
    await want('a', 1, answering('one'));
    const pass = world.runtime.exclusively('a', async () => {
      const stale = reconciler.converge();
      const spec = world.spec('a', `${world.root}/a-1.mjs`);
      await world.run(spec, 5);
      wanted.set('a', item(spec, true, 5));
      return { stale };
    });
    await (
      await pass
    ).stale;
    expect(world.runtime.actual('a')).toMatchObject({ revision: 5, restarts: 0 });
  });

  it('tells a plugin that was deleted and created again from the one before, at the same revision', async () => {
    const guests = join(world.dataDir, 'guests');
    const write = `import { writeFileSync } from 'node:fs'; writeFileSync('left-behind', ''); `;
    await want('twice', 1, write + answering('first'));
    await reconciler.converge();
    const folder = (await readdir(guests)).find((name) => name.startsWith('twice-')) ?? '';
    expect(await readdir(join(guests, folder))).toContain('left-behind');
    const spec = world.spec('twice', await world.write('again.mjs', answering('second')), { slot: 99 });
    wanted.set('twice', item(spec, true, 1));
    await reconciler.converge();
    expect((await world.runtime.callHook('twice', 'preLLMHook', {})).value).toBe('second');
    expect(await readdir(guests)).not.toContain(folder);
    wanted.set('twice', item({ ...spec, slot: 100 }, false, 1));
    await reconciler.converge();
    expect(world.runtime.actual('twice')).toMatchObject({ status: 'disabled', revision: 1, slot: 100 });
  });

  it('survives that what is wanted cannot be read, and says so', async () => {
    const failing = new Reconciler({
      runtime: world.runtime,
      readTargets: () => Promise.reject(new Error('database away')),
      readWanted: () => Promise.reject(new Error('database away')),
      intervalMs: 60_000,
      onError: (message) => errors.push(message),
    });
    await failing.converge();
    await failing.converge('neighbour');
    expect(errors.length).toBe(2);
    expect(await world.neighbourAnswers()).toBe(true);
  });
});
