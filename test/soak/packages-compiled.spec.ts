import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PnpmResult, runPnpm } from '../../src/modules/installation/packages/pnpm-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('what is kept of the package manager between its runs', () => {
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  let folder: string;
  let kept: string;

  beforeAll(async () => {
    temporary = await temporaryFolder();
    folder = join(temporary.path, 'packages');
    kept = join(folder, 'package-manager.compiled');
    await mkdir(folder);
  });
  afterAll(() => temporary.remove());

  const version = (at = folder): Promise<PnpmResult> =>
    runPnpm({
      args: ['--version'],
      cwd: temporary.path,
      folder: at,
      environment: { PATH: '/usr/bin:/bin' },
      timeoutMs: 20_000,
      keepOutput: true,
    });
  const works = { exitCode: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\s*$/), error: null };

  it('is left by the first run for us alone, whole, and taken by the next as it is', async () => {
    expect(await version()).toEqual(works);
    const { mode, ino } = await stat(kept);
    expect(mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['package-manager.compiled']);
    expect(await version()).toEqual(works);
    expect((await stat(kept)).ino).toBe(ino);
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['changed', (bytes: Buffer) => Buffer.from(bytes).fill(0, 100_000, 200_000)],
    ['empty', () => Buffer.alloc(0)],
  ])('is made anew where it is %s', async (_, damage) => {
    const damaged = damage(await readFile(kept));
    await writeFile(kept, damaged);
    expect(await version()).toEqual(works);
    const { ino } = await stat(kept);
    expect((await readFile(kept)).equals(damaged)).toBe(false);
    expect(await version()).toEqual(works);
    expect((await stat(kept)).ino).toBe(ino);
  });

  it('is done without where it cannot be kept', async () => {
    expect(await version(join(temporary.path, 'nowhere'))).toEqual(works);
  });
});
