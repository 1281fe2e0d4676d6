import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretFile } from '../../src/platform/data-folder/secret-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a secret kept in the data folder', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    place = await temporaryFolder();
  });
  afterEach(() => place.remove());

  it('is the same for all that ask at once and for ever after, in one private file', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => secretFile(place.path, 'key', 32)));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(await secretFile(place.path, 'key', 32)).toBe(all[0]);
    expect(await readdir(join(place.path, 'secrets'))).toEqual(['key']);
    expect((await stat(join(place.path, 'secrets'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(place.path, 'secrets', 'key'))).mode & 0o777).toBe(0o600);
  });

  it('is another one under another name', async () => {
    expect(await secretFile(place.path, 'a', 32)).not.toBe(await secretFile(place.path, 'b', 32));
  });

  it.each(['', 'abc', 'z'.repeat(64)])('is refused, not replaced, when damaged (%j)', async (content) => {
    await secretFile(place.path, 'key', 32);
    await writeFile(join(place.path, 'secrets', 'key'), content);
    await expect(secretFile(place.path, 'key', 32)).rejects.toThrow(/damaged/);
  });
});
