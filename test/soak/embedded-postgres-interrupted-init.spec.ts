import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { ask, openPostgres } from '../support/embedded.js';
import { Holder } from '../support/holder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a server killed while it makes the database files', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    place = await temporaryFolder();
  });
  afterEach(() => place.remove());

  it('leaves nothing that keeps the next one from making them', async () => {
    const begun = new Promise<void>((resolve) => {
      const watcher = watch(place.path, (_, name) => {
        if (!name?.startsWith('postgres-init-')) return;
        watcher.close();
        resolve();
      });
    });
    const killed = new Holder(place.path, 'postgres');
    await begun;
    await killed.kill();
    expect(await killed.said).toBe('');
    const { postgres, close } = await openPostgres(place.path);
    expect(await ask(postgres.url, 'SELECT current_database()')).toBe('plugboard');
    await close();
    expect((await readdir(place.path)).filter((name) => name.startsWith('postgres-init-'))).toEqual([]);
  });
});
