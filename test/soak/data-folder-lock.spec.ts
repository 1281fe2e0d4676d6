import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataFolder } from '../../src/platform/data-folder/index.js';
import { Holder } from '../support/holder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('two servers on one data folder', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    place = await temporaryFolder();
  });
  afterEach(() => place.remove());

  it('lets the first have it and tells the second who that is', async () => {
    const first = new Holder(place.path);
    expect(await first.said).toBe('open');
    await expect(openDataFolder(place.path)).rejects.toThrow(`process ${first.pid} on`);
    await first.finish();
    await (await openDataFolder(place.path)).release();
  });

  it('counts a second opening in the same process', async () => {
    const folder = await openDataFolder(place.path);
    await expect(openDataFolder(place.path)).rejects.toThrow(`process ${process.pid} on`);
    await folder.release();
  });

  it('gives the folder of a killed server to exactly one of several that start at once', async () => {
    const killed = new Holder(place.path);
    await killed.said;
    await killed.kill();
    const holders = Array.from({ length: 6 }, () => new Holder(place.path));
    const said = await Promise.all(holders.map((holder) => holder.said));
    expect(said.filter((line) => line === 'open')).toHaveLength(1);
    const winner = holders[said.indexOf('open')];
    const refusals = said.filter((line) => line.includes(`process ${winner?.pid} on`));
    expect(refusals).toHaveLength(5);
    await Promise.all(holders.map((holder) => holder.finish()));
  });

  it('takes over a claim whose process number now belongs to another program', async () => {
    const folder = await openDataFolder(place.path);
    const { claim, path } = await readOwnClaim(place.path);
    await folder.release();
    await writeFile(path, JSON.stringify({ ...claim, start: '1' }));
    await (await openDataFolder(place.path)).release();
  });

  it('takes over a claim that a power cut left empty', async () => {
    await writeFile(join(place.path, 'server.lock.7'), '');
    await (await openDataFolder(place.path)).release();
  });
});

describe('a claim from another container or host', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let path: string;
  beforeEach(async () => {
    place = await temporaryFolder();
    path = join(place.path, 'server.lock.3');
    await writeFile(path, JSON.stringify({ pid: 1, start: '5', world: 'elsewhere', host: 'other' }));
  });
  afterEach(() => place.remove());

  it('holds while its server keeps it fresh', async () => {
    let touches = 0;
    const server = setInterval(() => {
      touches += 1;
      void utimes(path, touches, touches);
    }, 100);
    await expect(openDataFolder(place.path)).rejects.toThrow('process 1 on other');
    clearInterval(server);
  });

  it('is taken over when nobody does', async () => {
    await (await openDataFolder(place.path)).release();
  });
});

async function readOwnClaim(folder: string): Promise<{ claim: Record<string, unknown>; path: string }> {
  const name = (await readdir(folder)).find((file) => file.startsWith('server.lock.')) ?? '';
  const path = join(folder, name);
  return { claim: JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>, path };
}
