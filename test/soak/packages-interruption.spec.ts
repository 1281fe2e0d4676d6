import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PackageWorld, packageWorld } from '../support/package-world.js';
import { eventually } from '../support/eventually.js';

describe('a build that is interrupted', () => {
  let world: PackageWorld;

  beforeAll(async () => {
    world = await packageWorld();
    world.registry
      .publish({ name: 'dep', version: '1.0.0' })
      .publish({ name: 'slow', version: '1.0.0', manifest: { dependencies: { dep: '1.0.0' } } });
  });
  afterEach(() => {
    world.registry.interfere = () => false;
  });
  afterAll(() => world.close());

  /** Process ids of package managers that work below our folder. */
  const running = async (): Promise<string[]> => {
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args']);
    return stdout.split('\n').filter((line) => line.includes(`--store-dir=${world.folder}/`));
  };
  /** Archives never come; resolves when the first was asked for. */
  const stall = (): Promise<void> =>
    new Promise((resolve) => {
      world.registry.interfere = (_request, _response, path) => {
        if (path.endsWith('.tgz')) resolve();
        return path.endsWith('.tgz');
      };
    });

  it('ends at once when it is cancelled, with every process, and leaves no directory', async () => {
    const plan = await world.builder.plan('slow', '1.0.0');
    const stalled = stall();
    const cancel = new AbortController();
    const building = world.builder.build(plan, world.directory(), { signal: cancel.signal });
    await stalled;
    expect(await running()).not.toEqual([]);
    const reason = new Error('cancelled');
    cancel.abort(reason);
    await expect(building).rejects.toBe(reason);
    expect(await running()).toEqual([]);
    await expect(access(world.directory())).rejects.toThrow();
    expect(await readdir(join(world.folder, 'unfinished'))).toEqual([]);
  });

  it('ends when its time is up', async () => {
    const plan = await world.builder.plan('slow', '1.0.0');
    void stall();
    const impatient = world.builderWith({}, { timeoutMs: 1_500 });
    await expect(impatient.build(plan, world.directory())).rejects.toMatchObject({
      status: 504,
      code: 'install_timeout',
    });
    expect(await running()).toEqual([]);
  });

  it('can be done again after a network fault, and fetches only what is missing', async () => {
    const plan = await world.builder.plan('slow', '1.0.0');
    world.registry.interfere = (request, _response, path) => {
      if (path.endsWith('dep-1.0.0.tgz')) request.socket.destroy();
      return path.endsWith('dep-1.0.0.tgz');
    };
    await expect(world.builder.build(plan, world.directory())).rejects.toMatchObject({
      status: 502,
      code: 'registry_unreachable',
    });
    world.registry.interfere = () => false;
    const built = await world.builder.build(plan, world.directory());
    expect(built.packageDir).toContain('slow');
  });

  it('does not outlive a server that was killed', async () => {
    const stalled = stall();
    const program = new URL('../support/doomed-builder.js', import.meta.url).pathname;
    const server = spawn(process.execPath, [program, world.registry.url, world.folder], { stdio: 'inherit' });
    await stalled;
    expect(await running()).not.toEqual([]);
    server.kill('SIGKILL');
    await once(server, 'exit');
    await eventually(async () => expect(await running()).toEqual([]));
  });
});
