import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sweepOrphans } from '../../src/runtime/host/index.js';
import { processesIn } from '../support/plugin-world.js';

const HOST = fileURLToPath(new URL('../support/doomed-host.js', import.meta.url));
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('guests of a server that was killed', () => {
  let folder: string;
  let host: ChildProcess | undefined;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'orphans-'))));
  afterEach(async () => {
    host?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** A server process with one plugin, which loops forever if asked to; killed when the plugin is up. */
  async function killHost(
    mode: 'idle' | 'looping' | 'deaf',
    before?: (pid: number) => Promise<void>,
  ): Promise<void> {
    host = spawn(process.execPath, [HOST, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (host.stdout) await once(host.stdout, 'data');
    await before?.(host.pid ?? 0);
    host.kill('SIGKILL');
    await once(host, 'exit');
  }

  /** Kills the shell that watches over the guests of a server, and waits for the next one unless that is stopped. */
  async function killWatcher(parent: number): Promise<void> {
    const first = await watcherOf(parent);
    process.kill(first, 'SIGKILL');
    while ((await watcherOf(parent)) === first || (await watcherOf(parent)) === 0)
      await new Promise(setImmediate);
  }

  /** A child of the server that works at the root of the file system; 0 for none. */
  async function watcherOf(parent: number): Promise<number> {
    for (const pid of await readdir('/proc')) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (
        Number(ppid) === parent &&
        state !== 'Z' &&
        (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === '/'
      )
        return Number(pid);
    }
    return 0;
  }

  async function everyoneGone(): Promise<void> {
    while ((await processesIn(folder)).length > 0) await new Promise(setImmediate);
  }

  onLinux('end by themselves when they are idle', async () => {
    await killHost('idle');
    await everyoneGone();
    expect(await processesIn(folder)).toEqual([]);
  });

  onLinux.each(['looping', 'deaf'] as const)('end at once when they are %s', async (mode) => {
    await killHost(mode);
    await everyoneGone();
    expect(await sweepOrphans(folder)).toBe(0);
  });

  onLinux('end at once though what watches over them was killed before', async () => {
    await killHost('looping', killWatcher);
    await everyoneGone();
    expect(await processesIn(folder)).toEqual([]);
  });

  onLinux('are ended at the next start when nothing watched over them', async () => {
    await killHost('looping', async (parent) => {
      // Stopped, so that it does not replace the watcher.
      process.kill(parent, 'SIGSTOP');
      process.kill(await watcherOf(parent), 'SIGKILL');
    });
    expect((await processesIn(folder)).length).toBe(1);
    expect(await sweepOrphans(folder)).toBe(1);
    await everyoneGone();
    expect((await readdir(join(folder, 'guests'))).filter((name) => name.endsWith('.pid'))).toEqual([]);
    expect(await sweepOrphans(folder)).toBe(0);
  });

  onLinux('are told from a stranger that was given the same number', async () => {
    await killHost('idle');
    await everyoneGone();
    const record = { pid: process.pid, startTicks: '1', bootId: 'another' };
    await writeFile(join(folder, 'guests', `${process.pid}.pid`), JSON.stringify(record));
    await writeFile(join(folder, 'guests', '1.pid'), 'rubbish');
    expect(await sweepOrphans(folder)).toBe(0);
  });
});
