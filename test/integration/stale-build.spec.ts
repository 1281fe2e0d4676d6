import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Build {
  isFresh(folder: string): boolean;
  markFresh(folder: string, digest: string): void;
  digestOfSources(folder: string): string;
  removeOrphans(folder: string): void;
}

describe('whether the sources must be built', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let build: Build;
  beforeEach(async () => {
    place = await temporaryFolder();
    build = (await import(new URL('../../../scripts/build-if-stale.mjs', import.meta.url).href)) as Build;
    await mkdir(join(place.path, 'src', 'deep'), { recursive: true });
    await writeFile(join(place.path, 'src', 'deep', 'a.ts'), 'export const a = 1;');
    await writeFile(join(place.path, 'tsconfig.json'), '{}');
    expect(build.isFresh(place.path)).toBe(false);
    build.markFresh(place.path, build.digestOfSources(place.path));
  });
  afterEach(() => place.remove());

  it('says no after a build, whatever the time stamps', async () => {
    await utimes(join(place.path, 'tsconfig.json'), 2e9, 2e9);
    expect(build.isFresh(place.path)).toBe(true);
  });

  it('says no when only what a build writes beside the sources changes', async () => {
    await mkdir(join(place.path, 'plugins', 'policy', 'build'), { recursive: true });
    await writeFile(join(place.path, 'plugins', 'policy', 'build', 'policy.wasm'), 'wasm');
    expect(build.isFresh(place.path)).toBe(true);
  });

  it.each([
    ['a file changes', (root: string) => writeFile(join(root, 'src', 'deep', 'a.ts'), 'export const a = 2;')],
    ['a file comes', (root: string) => writeFile(join(root, 'src', 'b.ts'), '')],
    ['a file goes', (root: string) => rm(join(root, 'src', 'deep', 'a.ts'))],
    ['the compiler is set otherwise', (root: string) => writeFile(join(root, 'tsconfig.json'), '{ }')],
  ])('says yes when %s', async (_, change) => {
    await change(place.path);
    expect(build.isFresh(place.path)).toBe(false);
  });

  it('removes what was compiled from a source that is gone', async () => {
    const compiled = join(place.path, 'dist', 'src', 'deep');
    await mkdir(compiled, { recursive: true });
    for (const name of ['a.js', 'a.js.map', 'gone.spec.js', 'gone.spec.js.map'])
      await writeFile(join(compiled, name), '');
    build.removeOrphans(place.path);
    expect((await readdir(compiled)).sort()).toEqual(['a.js', 'a.js.map']);
  });
});
