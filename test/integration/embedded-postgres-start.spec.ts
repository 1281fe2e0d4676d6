import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, openPostgres, type Opened } from '../support/embedded.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a start of the embedded Postgres', () => {
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

  it.each([
    ['current_database()', 'plugboard'],
    [`current_setting('listen_addresses')`, '127.0.0.1'],
    [`current_setting('unix_socket_directories')`, ''],
    [`current_setting('server_encoding')`, 'UTF8'],
    [`current_setting('data_checksums')`, 'on'],
    [`current_setting('fsync')`, 'on'],
    [`lower('ÄŁ')`, 'äł'],
    [`string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules`, 'scram-sha-256'],
  ])('answers %s with "%s"', async (expression, answer) => {
    expect(await ask(opened.postgres.url, `SELECT ${expression}`)).toBe(answer);
  });

  it('refuses a wrong password and none', async () => {
    const url = new URL(opened.postgres.url);
    url.password = '0'.repeat(64);
    await expect(ask(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    url.password = '';
    await expect(ask(url.href, 'SELECT 1')).rejects.toThrow(/password/);
  });

  it('keeps the password and the files to their owners', async () => {
    const { mode } = await stat(join(place.path, 'secrets', 'postgres-password'));
    expect(mode & 0o777).toBe(0o600);
    expect((await stat(join(place.path, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  it('runs as an ordinary user, whoever starts it', async () => {
    expect((await stat(join(place.path, 'postgres'))).uid).not.toBe(0);
  });

  it('comes back with the same address and the same data', async () => {
    const { url } = opened.postgres;
    await ask(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await opened.close();
    await expect(ask(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    opened = await openPostgres(place.path);
    expect(opened.postgres.url).toBe(url);
    expect(await ask(url, 'SELECT answer FROM kept')).toBe('42');
  });

  it('says what is wrong when the password file and the database do not belong together', async () => {
    await opened.close();
    const file = join(place.path, 'secrets', 'postgres-password');
    const right = new URL(opened.postgres.url).password;
    await writeFile(file, 'f'.repeat(64));
    await expect(openPostgres(place.path)).rejects.toThrow(/another password/);
    await writeFile(file, right);
    opened = await openPostgres(place.path);
  });

  it('leaves nothing of the making of the files behind', async () => {
    const names = await readdir(place.path);
    expect(names.filter((name) => /init|new/.test(name))).toEqual([]);
  });
});
