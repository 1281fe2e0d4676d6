import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, openPostgres, type Opened, postmasterPid } from '../support/embedded.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a database that is killed while its server runs', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let opened: Opened;
  beforeAll(async () => {
    place = await temporaryFolder();
    opened = await openPostgres(place.path);
  });
  afterAll(async () => {
    await opened.close();
    await place.remove();
  });

  it('is started again on the same address, with everything that was committed', async () => {
    const { url } = opened.postgres;
    await ask(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const killed = await postmasterPid(place.path);
    process.kill(killed, 'SIGKILL');
    await opened.restarted;
    expect(await ask(url, 'SELECT answer FROM kept')).toBe('42');
    expect(await postmasterPid(place.path)).not.toBe(killed);
  });

  it('stays down when the server stops in the moment of the restart', async () => {
    process.kill(await postmasterPid(place.path), 'SIGKILL');
    await opened.postgres.stop();
    await expect(ask(opened.postgres.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
