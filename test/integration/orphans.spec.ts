import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
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
  async function killHost(mode: 'idle' | 'looping'): Promise<void> {
    host = spawn(process.execPath, [HOST, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (host.stdout) await once(host.stdout, 'data');
    host.kill('SIGKILL');
    await once(host, 'exit');
  }

  async function everyoneGone(): Promise<void> {
    while ((await processesIn(folder)).length > 0) await new Promise(setImmediate);
  }

  onLinux('end by themselves when they are idle', async () => {
    await killHost('idle');
    await everyoneGone();
    expect(await processesIn(folder)).toEqual([]);
  });

  onLinux('are ended at the next start when they are busy', async () => {
    await killHost('looping');
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
