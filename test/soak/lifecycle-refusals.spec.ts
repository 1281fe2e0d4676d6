import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type Origin, httpOrigin } from '../support/origin.js';
import { runToEnd } from '../support/program.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: TestDatabase;
let occupant: Origin;
beforeAll(async () => {
  folder = await temporaryFolder();
  database = await createTestDatabase();
  occupant = await httpOrigin((_request, response) => response.end());
});
afterAll(async () => {
  await occupant.close();
  await database.drop();
  await folder.remove();
});

const run = (env: Record<string, string>): ReturnType<typeof runToEnd> =>
  runToEnd({ DATA_DIR: folder.path, DATABASE_URL: database.url, ...env });

describe('a server that cannot start says why in words and ends with 1', () => {
  it('wrong settings, all of them', async () => {
    const { code, stderr } = await run({
      PORT: '99999',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://x',
      JWT_SECRET: 'short',
      JWT_JWKS_URL: 'ftp://x',
      SECRETS_KEY: 'tooshort',
      OUTBOUND_ALLOW: 'not a host!',
    });
    expect(code).toBe(1);
    for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL', 'JWT_SECRET', 'JWT_JWKS_URL', 'JWT_ISSUER'])
      expect(stderr).toContain(name);
    expect(stderr).toContain('SECRETS_KEY');
    expect(stderr).toContain('OUTBOUND_ALLOW');
    expectWords(stderr);
  });

  it('production without its secrets', async () => {
    const { code, stderr } = await run({ NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/JWT_SECRET is needed[^]*SECRETS_KEY is needed/);
    expectWords(stderr);
  });

  it('a port that is taken', async () => {
    const { code, stderr } = await run({ PORT: String(occupant.port) });
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${occupant.port} is taken on 127.0.0.1`);
    expectWords(stderr);
  });

  it('an address that is not ours', async () => {
    const { code, stderr } = await run({ HOST: '192.0.2.1' });
    expect(code).toBe(1);
    expect(stderr).toContain('192.0.2.1');
    expectWords(stderr);
  });

  const password = randomBytes(8).toString('hex');
  it.each([
    ['nobody listens', () => `postgres://u:${password}@127.0.0.1:1/x`, 'cannot be reached'],
    ['no such host', () => `postgres://u:${password}@nothing.invalid/x`, 'cannot be reached'],
    [
      'no such database',
      () => database.url.replace(/\/[^/]*$/, '/no_such_database'),
      'createdb no_such_database',
    ],
    ['no such user', () => withUser(database.url, `nobody_here:${password}`), 'refuses the user'],
  ])('a database that cannot be used: %s', async (_name, url, message) => {
    const { code, stderr } = await run({ DATABASE_URL: url() });
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(password);
    expectWords(stderr);
  });
});

/** A person reads it: no stack, no warning of Node's. */
function expectWords(text: string): void {
  expect(text).not.toMatch(/\n\s+at |node:internal|Warning/);
}

function withUser(url: string, userinfo: string): string {
  return url.replace(/\/\/[^@]*@/, `//${userinfo}@`);
}
