import { createHash } from 'node:crypto';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

const SOURCE = `export const preLLMHook = () => process.exit(1);`;

describe('a file that changes after registration', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  it('is not loaded again when it became a link that leads out', async () => {
    const spec = await world.plugin(SOURCE);
    await world.run(spec);
    await rm(spec.path);
    await symlink('/etc/hosts', spec.path);
    expect(await failureOf(world.runtime.prepare(spec))).toMatchObject({ code: 'path_outside_roots' });
    await failureOf(world.runtime.callHook('subject', 'preLLMHook', {}));
    await world.until('subject', ({ error }) => error?.startsWith('The path must lie inside') ?? false);
    expect(world.runtime.actual('subject').pid).toBeNull();
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('is not loaded when its digest is another than the one given', async () => {
    const sha256 = createHash('sha256').update(SOURCE).digest('hex').toUpperCase();
    const spec = await world.plugin(SOURCE, { sha256 });
    await world.run(spec);
    await world.write('subject.mjs', `${SOURCE} // changed`);
    const error = await failureOf(world.runtime.prepare(spec));
    expect(error).toMatchObject({ code: 'checksum_mismatch' });
    const failed = await world.runtime.run(spec, 2);
    expect(failed).toMatchObject({ status: 'error', pid: null, revision: 2 });
  });

  it('is refused when its package holds a link that leads out', async () => {
    await world.write('pack/package.json', '{}');
    await world.write('pack/index.mjs', SOURCE);
    await symlink('/etc', join(world.root, 'pack/assets'));
    const error = await failureOf(world.runtime.prepare(world.spec('pack', join(world.root, 'pack'))));
    expect(error).toMatchObject({ code: 'path_outside_roots' });
  });
});
