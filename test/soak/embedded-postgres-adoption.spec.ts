import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, openPostgres, postmasterPid } from '../support/embedded.js';
import { Holder } from '../support/holder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const STARTED = 'SELECT pg_postmaster_start_time()::text';

describe('a database whose server was killed', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    place = await temporaryFolder();
  });
  afterEach(() => place.remove());

  it('runs on and is taken over by the next server, which can stop it', async () => {
    const killed = new Holder(place.path, 'postgres');
    const url = await killed.said;
    const started = await ask(url, STARTED);
    await killed.kill();
    const { postgres, close } = await openPostgres(place.path);
    expect(postgres.url).toBe(url);
    expect(await ask(url, STARTED)).toBe(started);
    await close();
    await expect(ask(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is started again when it is killed after it was taken over', async () => {
    const killed = new Holder(place.path, 'postgres');
    const url = await killed.said;
    await killed.kill();
    const { restarted, close } = await openPostgres(place.path);
    process.kill(await postmasterPid(place.path), 'SIGKILL');
    await restarted;
    expect(await ask(url, 'SELECT 1')).toBe('1');
    await close();
  });

  it('starts when it was killed too, at the very same time', async () => {
    const killed = new Holder(place.path, 'postgres');
    const url = await killed.said;
    await ask(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(await postmasterPid(place.path), 'SIGKILL');
    await killed.kill();
    const { close } = await openPostgres(place.path);
    expect(await ask(url, 'SELECT answer FROM kept')).toBe('42');
    await close();
  });

  it('starts when its process id now belongs to another program', async () => {
    const first = await openPostgres(place.path);
    const { url } = first.postgres;
    await first.close();
    const file = join(place.path, 'postgres', 'postmaster.pid');
    await writeFile(
      file,
      `${process.pid}\n${join(place.path, 'postgres')}\n0\n1\n\n127.0.0.1\n0 0\nready   \n`,
    );
    const second = await openPostgres(place.path);
    expect(await ask(url, 'SELECT 1')).toBe('1');
    await second.close();
    await rm(file, { force: true });
  });
});
