import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

/** An agent plugin whose service takes a lock that only one process can hold. */
const holder = (more = ''): string => `
import fs from 'node:fs';
class Lock {
  static serviceType = 'lock';
  static async start() {
    if (fs.existsSync('lock')) throw new Error('the port is taken');
    fs.writeFileSync('lock', '');
    ${more}
    return new Lock();
  }
  async stop() { fs.rmSync('lock'); }
}
export default { name: 'holder', description: 'd', services: [Lock] };
`;

describe('replacing a plugin that holds a service', () => {
  let world: PluginWorld;
  beforeEach(async () => {
    world = await PluginWorld.open();
    await world.run(await world.plugin(holder()));
    expect(world.runtime.actual('subject').types).toContain('service');
  });
  afterEach(() => world.close());

  it('stops the old one before the new one starts', async () => {
    await world.run(await world.plugin(holder()), 2);
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'active', revision: 2 });
  });

  it('brings the old one back when the new one fails', async () => {
    const spec = await world.plugin(`throw new Error('broken build');`);
    const old = world.runtime.actual('subject').pid;
    await world.write('subject-2.mjs', `throw new Error('broken build');`);
    await world.write('subject.mjs', holder());
    const error = await failureOf(world.runtime.prepare({ ...spec, path: `${world.root}/subject-2.mjs` }));
    expect(error.message).toContain('broken build');
    const actual = world.runtime.actual('subject');
    expect(actual).toMatchObject({ status: 'active', revision: 1 });
    expect(actual.pid).not.toBe(old);
  });

  it('brings the old one back when the new one is discarded', async () => {
    const candidate = await world.runtime.prepare(await world.plugin(holder()));
    await candidate.discard();
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'active', revision: 1 });
    expect((await world.leftovers()).length).toBe(4);
  });

  it('can be tried beside it: a trial starts no services', async () => {
    const result = await world.runtime.trial(await world.plugin(holder()));
    expect(result.ok).toBe(true);
  });
});
