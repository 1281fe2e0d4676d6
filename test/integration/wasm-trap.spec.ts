import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';
import { compileWasm } from '../support/wasm-fixtures.js';

/** A module whose start function is `unreachable`. */
const TRAP = Buffer.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[8, 1, 0],
  ...[10, 5, 1, 3, 0, 0, 0x0b],
]);

describe('WebAssembly behind the fence', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  it('runs a module', async () => {
    const path = await world.write('good.wasm', await readFile(compileWasm('gateway')));
    await world.run(world.spec('good', path));
    expect(world.runtime.actual('good')).toMatchObject({ status: 'active' });
    expect(world.runtime.actual('good').hooks.length).toBeGreaterThan(0);
  });

  it('reports a module that traps as a failed start', async () => {
    const error = await failureOf(
      world.runtime.prepare(world.spec('trap', await world.write('trap.wasm', TRAP))),
    );
    expect(error).toMatchObject({ code: 'load_failed', message: expect.stringContaining('unreachable') });
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('reports a file that only begins like a module', async () => {
    const broken = Buffer.concat([TRAP.subarray(0, 8), Buffer.from([0xff, 0xff, 0xff])]);
    const error = await failureOf(
      world.runtime.prepare(world.spec('bad', await world.write('bad.wasm', broken))),
    );
    expect(error).toMatchObject({ code: 'load_failed' });
    expect((await world.leftovers()).length).toBe(2);
  });
});
