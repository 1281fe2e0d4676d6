import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GuestSpec } from '../../src/runtime/host/index.js';
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

const BROKEN = holder().replace('services:', `init() { throw new Error('broken build'); }, services:`);

describe('replacing a plugin that holds a service', () => {
  let world: PluginWorld;
  beforeEach(async () => {
    world = await PluginWorld.open();
    await world.run(await world.plugin(holder()));
    expect(world.runtime.actual('subject').types).toContain('service');
  });
  afterEach(() => world.close());

  it('stops the old one first where the service of the new one does not start beside it', async () => {
    await world.run(await world.plugin(holder()), 2);
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'active', revision: 2 });
  });

  it.each([
    ['leaves the old one alone when the new one does not load', `throw new Error('broken build');`, true],
    ['brings the old one back when the new one fails', BROKEN, false],
  ])('%s', async (_what, code, staysTheSame) => {
    const old = world.runtime.actual('subject').pid;
    const broken = await world.write('broken.mjs', code);
    const error = await failureOf(world.runtime.prepare(world.spec('subject', broken)));
    expect(error.message).toContain('broken build');
    const actual = world.runtime.actual('subject');
    expect(actual).toMatchObject({ status: 'active', revision: 1 });
    expect(actual.pid === old).toBe(staysTheSame);
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

/**
 * An agent plugin whose service listens on a port. Without `init` it crashes soon after its first start, and
 * would hold the port from the second one on.
 */
const listener = (port: number, init = ''): string => `
import fs from 'node:fs';
import net from 'node:net';
class Port {
  static serviceType = 'port';
  static async start() {
    const server = net.createServer();
    await new Promise((up, failed) => server.once('error', failed).listen(${port}, '127.0.0.1', up));
    if (!${init !== ''} && !fs.existsSync('crashed')) {
      fs.writeFileSync('crashed', '');
      setTimeout(() => process.exit(7), 20);
    }
    return new Port();
  }
}
export default { name: 'listener', description: 'd', services: [Port], async init() { ${init} } };
`;
/** Longer than a restart takes. */
const SLOWLY = 'await new Promise((resolve) => setTimeout(resolve, 700));';

describe('replacing a plugin whose service has crashed', () => {
  let world: PluginWorld;
  let port: number;
  beforeEach(async () => {
    world = await PluginWorld.open();
    port = await freePort();
    await world.write('mended.mjs', listener(port, SLOWLY));
    await world.write('broken.mjs', `throw new Error('broken build');`);
    await world.run(await world.plugin(listener(port)));
    await world.until('subject', ({ status }) => status === 'error');
  });
  afterEach(() => world.close());

  const other = (file: string): GuestSpec => world.spec('subject', `${world.root}/${file}`);

  it('keeps the old one from coming back beside the new one', async () => {
    await world.run(other('mended.mjs'), 2);
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'active', revision: 2, restarts: 0 });
  });

  it('goes on with the old one when the new one fails', async () => {
    await failureOf(world.runtime.prepare(other('broken.mjs')));
    const again = await world.until('subject', ({ status }) => status === 'active');
    expect(again).toMatchObject({ revision: 1, restarts: 1 });
  });
});

describe('replacing a plugin in quarantine', () => {
  it('leaves it there when the new one fails', async () => {
    const world = await PluginWorld.open({ backOff: { failures: 1 } });
    await world.run(await world.plugin(listener(await freePort())));
    await world.until('subject', ({ status }) => status === 'error');
    const before = world.runtime.actual('subject');
    const broken = await world.write('broken.mjs', `throw new Error('broken build');`);
    await failureOf(world.runtime.prepare(world.spec('subject', broken)));
    expect(world.runtime.actual('subject')).toEqual(before);
    await world.close();
  });
});

/** A port of this machine that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
