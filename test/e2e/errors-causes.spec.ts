import { execFile } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import { at, type Failed, failure, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const run = promisify(execFile);
const TOKEN = fileURLToPath(new URL('../../server/token.mjs', import.meta.url));
const JSON_TYPE = { 'content-type': 'application/json' };

describe('errors that say where and why', () => {
  let server: TestServer;
  let api: Client;
  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
  });
  afterAll(() => server.stop());

  const messageOf = ({ body }: { body: unknown }): string => (body as Failed).error.message;

  it('name the place where a body is no JSON', async () => {
    const trailing = await api.post(PLUGINS, '{\n  "name": "x",\n}', JSON_TYPE);
    expect(failure(trailing)).toEqual([400, 'bad_json', '']);
    expect(messageOf(trailing)).toBe(
      'The body is not valid JSON: unexpected "}" at line 3, column 1 (position 17).',
    );
    const cut = await api.post(PLUGINS, '{"name":"x"', JSON_TYPE);
    expect(messageOf(cut)).toBe(
      'The body is not valid JSON: it ends too early at line 1, column 12 (position 11).',
    );
  });

  it('say in which folders a path was looked up, and not where those are', async () => {
    const answer = await api.post(PLUGINS, { name: 'lost', path: 'lost.mjs', enabled: true });
    expect(failure(answer)).toEqual([422, 'path_not_found', 'path']);
    expect(messageOf(answer)).toBe(
      'There is no readable file or folder named "lost.mjs" in the plugin folders, which are "custom" in the data folder.',
    );
    expect(failure(await api.post(PLUGINS, { name: 'out', path: '../x.mjs' }))[1]).toBe('path_outside_roots');
  });

  it('advise about services only where one may be away', async () => {
    const throwing = (text: string): string =>
      `export const getName = () => 'x'; export const init = () => { throw new Error(${JSON.stringify(text)}); };`;
    await server.plugin('wrong.mjs', throwing('level must be 1 to 3'));
    await server.plugin('away.mjs', throwing('connect ECONNREFUSED 127.0.0.1:6379'));
    const wrong = await api.post(PLUGINS, { name: 'wrong', path: 'wrong.mjs', enabled: true });
    expect(failure(wrong)[1]).toBe('load_failed');
    expect(messageOf(wrong)).not.toContain('"enabled": false');
    const away = await api.post(PLUGINS, { name: 'away', path: 'away.mjs', enabled: true });
    expect(messageOf(away)).toContain('"enabled": false');
  });

  it('spare consoles that show a text what gateways read', async () => {
    const { body } = await api.get(at('nobody'), undefined, { 'x-milady-client-id': 'console' });
    expect(body).toMatchObject({ ok: false, error: 'Plugin not found: nobody' });
    expect(body).not.toHaveProperty('extra_fields');
    expect((await api.get(at('nobody'))).body).toHaveProperty('extra_fields.model_requested', '');
  });

  it('times are told to a tenth of a millisecond', async () => {
    const { body } = await api.post<{ durationMs: number; result: { checks: { durationMs: number }[] } }>(
      at('pii-redactor', '/test'),
    );
    for (const { durationMs } of [body, ...body.result.checks])
      expect(durationMs).toBe(Math.round(durationMs * 10) / 10);
  });

  it('no body is no error where every field may be left out', async () => {
    expect(failure(await api.post(at('pii-redactor', '/rollback'))).slice(0, 2)).toEqual([
      404,
      'not_installed',
    ]);
    expect(failure(await api.post(at('pii-redactor', '/hooks/preLLMHook'))).slice(0, 2)).not.toContain(
      'body_not_object',
    );
  });
});

it('a server says at once that its port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const started = performance.now();
  // Neither its database nor its data folder can be used: it does not come to them.
  const env = { HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: 'postgres://127.0.0.1:1/x' };
  await expect(TestServer.start({ env, dataDir: '/dev/null/none' })).rejects.toThrow(`Port ${port} is taken`);
  expect(performance.now() - started).toBeLessThan(5_000);
  other.close();
});

describe('the program that prints a token', () => {
  const token = (env: Record<string, string>): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, [TOKEN], { env: { DATA_DIR: '/nowhere', ...env } });

  it('says in production what to set, and asks for nothing else', async () => {
    const refused = await token({ NODE_ENV: 'production' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    const { stderr } = refused as { stderr: string };
    expect(stderr).toContain('set it to that of the server, as in JWT_SECRET=');
    expect(stderr).not.toContain('SECRETS_KEY');
    const { stdout } = await token({ NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32) });
    expect(stdout.split('.')).toHaveLength(3);
  });

  it('loads no framework', async () => {
    const program = `await import(${JSON.stringify(TOKEN)}); console.log(process.memoryUsage().heapUsed / 2 ** 20);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      env: { JWT_SECRET: 'x'.repeat(32) },
    });
    expect(Number(stdout.trim().split('\n').at(-1))).toBeLessThan(15);
  });
});
