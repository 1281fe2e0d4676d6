import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { folderName } from '../../src/runtime/host/guest-folder.js';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

describe('a plugin that fails while it starts', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open({ limits: { startMs: 600 } })));
  afterEach(() => world.close());

  /** What `prepare` says about a plugin with this source, once nothing of it is left. */
  async function refusalOf(source: string): Promise<Error> {
    const error = await failureOf(world.runtime.prepare(await world.plugin(source)));
    expect(await world.neighbourAnswers()).toBe(true);
    expect((await world.leftovers()).length).toBe(2);
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'unloaded', pid: null });
    return error;
  }

  it('throws in init', async () => {
    const error = await refusalOf(`export function init() { throw new Error('token was refused'); }
      export const preLLMHook = () => null;`);
    expect(error).toMatchObject({ code: 'load_failed', phase: 'init' });
    expect(error.message).toContain('token was refused');
  });

  it('throws while it is imported', async () => {
    const error = await refusalOf(`console.log('about to fail'); throw new TypeError('bad import');`);
    expect(error).toMatchObject({ phase: 'load', logs: expect.arrayContaining(['about to fail']) });
    expect(error.message).toContain('bad import');
  });

  it('never returns from init', async () => {
    const error = await refusalOf(`export const init = () => new Promise(() => setInterval(() => {}, 1000));
      export const preLLMHook = () => null;`);
    expect(error.message).toBe('did not finish its init within 600 ms');
  });

  it('loops forever while it is imported', async () => {
    const error = await refusalOf('for (;;);');
    expect(error.message).toBe('did not load within 600 ms');
  });

  it('exits in init', async () => {
    const error = await refusalOf(`export const init = () => process.exit(3);
      export const preLLMHook = () => null;`);
    expect(error.message).toBe('exited with code 3');
  });

  it('is no JavaScript', async () => {
    const error = await refusalOf('this is not a program');
    expect(error.message).toMatch(/Unexpected|identifier|Syntax/i);
  });

  it('has no data folder, for a reason that names no path of this machine', async () => {
    const spec = await world.plugin('export const preLLMHook = () => 1;');
    await writeFile(join(world.dataDir, 'guests', folderName(spec)), '');
    const { status, error, logs } = await world.runtime.run(spec, 1);
    expect({ status, error }).toEqual({
      status: 'error',
      error: 'the data folder of the plugin could not be made (EEXIST)',
    });
    expect(logs.join('\n')).not.toContain(world.folder);
  });

  it('says no secret and no path of this machine in its cause', async () => {
    const source = `export const init = (c) => { throw new Error('bad key ' + c.KEY + ' in ' + import.meta.url); };
      export const preLLMHook = () => null;`;
    const spec = await world.plugin(source, { config: { KEY: 'sk-hidden' }, secrets: ['sk-hidden'] });
    const error = await failureOf(world.runtime.prepare(spec));
    expect(error.message).toContain('bad key **** in ');
    expect(error.message).not.toContain(world.folder);
  });
});
