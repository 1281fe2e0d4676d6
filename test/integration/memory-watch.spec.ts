import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GuestProcess } from '../../src/runtime/host/guest-process.js';
import { watchMemory } from '../../src/runtime/host/memory-watch.js';
import { built } from '../support/paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Uses `mb` MiB, says so and waits. */
const PROGRAM = `const held = Buffer.alloc(Number(process.argv[1]) * 2 ** 20, 1);
  process.stdout.write('held'); setInterval(() => held.length, 60_000);`;
const LIMIT_KB = 40 * 1024;

describe('the watch over memory in use', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  async function start(mb: number): Promise<number> {
    const child = spawn(process.execPath, ['--eval', PROGRAM, String(mb)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return child.pid ?? 0;
  }

  it('tells of a process beyond its limit, and of no other', async () => {
    const [small, large] = await Promise.all([start(1), start(60)]);
    const told: string[] = [];
    const endSmall = watchMemory(small, LIMIT_KB, () => told.push('small'));
    await new Promise<void>((resolve) => {
      const end = watchMemory(large, LIMIT_KB, () => {
        end();
        told.push('large');
        resolve();
      });
    });
    endSmall();
    expect(told).toEqual(['large']);
  });

  it('takes a process that has ended for one that uses nothing', async () => {
    const [gone, large] = await Promise.all([start(1), start(60)]);
    const [child] = children;
    child?.kill('SIGKILL');
    if (child) await once(child, 'exit');
    const told: string[] = [];
    const endGone = watchMemory(gone, 0, () => told.push('gone'));
    await new Promise<void>((resolve) => {
      const end = watchMemory(large, LIMIT_KB, () => {
        end();
        resolve();
      });
    });
    endGone();
    expect(told).toEqual([]);
  });

  it('ends a guest that uses more than it may, though the kernel lets it', async () => {
    const folder = await temporaryFolder();
    const entry = join(folder.path, 'plugin.mjs');
    await writeFile(
      entry,
      `export const getName = () => 'greedy'; globalThis.held = Buffer.alloc(60 * 2 ** 20, 1);`,
    );
    const guest = new GuestProcess(
      {
        guestProgram: built('src/runtime/guest-program/main.mjs'),
        readable: [folder.path],
        dataFolder: folder.path,
        environment: {},
        user: null,
        wasi: false,
        network: true,
        limits: { heapMb: 64, memoryMb: 32, startMs: 0, callMs: 0, stopMs: 0, heartbeatMs: 0 },
        idle: { dataKb: 2 ** 30, residentKb: 10_000 },
      },
      folder.path,
    );
    guest.listen({ onMessage: () => true, onLine: () => undefined });
    const settings = { name: 'greedy', config: {}, env: {}, initialise: true, services: true };
    guest.send({ type: 'start', format: 'javascript', entry, ...settings });
    expect(await guest.exited).toBe('ran out of memory (limit 32 MiB, GUEST_MEMORY_MB)');
    await folder.remove();
  });
});
