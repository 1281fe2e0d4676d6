import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, lstat, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placeFolder } from '../../src/platform/data-folder/place.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let place: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  place = await temporaryFolder();
});
afterEach(() => place.remove());

describe('the place of the data folder', () => {
  it.each([
    ['open to others only to pass through, when it is shared', true, 0o711],
    ['closed to others, when it is not', false, 0o700],
  ])('is made with its parents, %s', async (_, shared, mode) => {
    const real = await placeFolder(join(place.path, 'a', 'b'), shared);
    expect(real).toBe(await realpath(join(place.path, 'a', 'b')));
    expect((await stat(real)).mode & 0o777).toBe(mode);
  });

  it('is refused with a clear message when a file is there', async () => {
    await writeFile(join(place.path, 'file'), '');
    await expect(placeFolder(join(place.path, 'file'))).rejects.toThrow(/cannot be used/);
  });
});

describe('a shared data folder below one that other users cannot enter', () => {
  let closed: string;
  let shelf: string;
  beforeEach(async () => {
    closed = join(place.path, 'closed');
    shelf = join(place.path, 'shelf');
    await mkdir(closed, { mode: 0o700 });
  });

  it.each(['missing', 'empty'])('is a link to a reachable one when it is %s', async (state) => {
    const wanted = join(closed, 'data');
    if (state === 'empty') await mkdir(wanted);
    const real = await placeFolder(wanted, true, shelf);
    expect(real.startsWith(shelf)).toBe(true);
    expect((await lstat(wanted)).isSymbolicLink()).toBe(true);
    expect(await placeFolder(wanted, true, shelf)).toBe(real);
  });

  it('is refused when it has content, with the parent to open', async () => {
    await mkdir(join(closed, 'data', 'plugins'), { recursive: true });
    await expect(placeFolder(join(closed, 'data'), true, shelf)).rejects.toThrow(`chmod o+x ${closed}`);
    await chmod(closed, 0o701);
    expect(await placeFolder(join(closed, 'data'), true, shelf)).toBe(join(closed, 'data'));
  });

  it('is the same for all that make it at once, and only one is made', async () => {
    const places = await Promise.all(
      Array.from({ length: 8 }, () => placeFolder(join(closed, 'data'), true, shelf)),
    );
    expect(new Set(places).size).toBe(1);
    expect(await readdir(shelf)).toHaveLength(1);
  });

  it('starts fresh when the link is deleted, and again where the link leads when only the target is', async () => {
    const wanted = join(closed, 'data');
    const first = await placeFolder(wanted, true, shelf);
    await rm(first, { recursive: true });
    expect(await placeFolder(wanted, true, shelf)).toBe(first);
    await rm(wanted);
    expect(await placeFolder(wanted, true, shelf)).not.toBe(first);
  });
});
