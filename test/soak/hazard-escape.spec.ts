import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HazardServer } from '../support/hazard-server.js';
import { PROBE } from '../support/probe.js';
import { CHANGES, ESCAPES, READS, REFUSED, SIGNALS } from '../support/ways-out.js';

describe('a plugin that looks for a way out', () => {
  let world: HazardServer;
  beforeAll(async () => {
    world = await HazardServer.open({ env: { JWT_SECRET: 'a-secret-that-no-plugin-may-ever-see' } });
    const config = { NODE_OPTIONS: '--inspect', LD_PRELOAD: '/x.so', PATH: '/x', __proto: 1, OWN: 'mine' };
    await world.create('prober', PROBE);
    await world.enable('prober', { config });
  });
  afterAll(() => world.close());

  async function probe(code: string, path: string | number = ''): Promise<unknown> {
    return (await world.hook<{ result: unknown }>('prober', { code, path: String(path) })).body.result;
  }

  it('reads none of the server’s files', async () => {
    const { dataDir } = world.server;
    const secrets = (await readdir(join(dataDir, 'secrets'))).map((name) => join(dataDir, 'secrets', name));
    expect(secrets.length).toBeGreaterThan(0);
    for (const path of [...secrets, '/etc/passwd', join(dataDir, 'custom', 'neighbour.mjs')])
      for (const code of READS) expect(`${code}: ${String(await probe(code, path))}`).toMatch(REFUSED);
    expect(await world.trouble()).toBeNull();
  });

  it('finds nothing of the server’s environment', async () => {
    const { pid } = world.server.process;
    for (const place of ['environ', 'cmdline', 'fd', 'mem', 'maps'])
      for (const who of ['self', process.pid, pid ?? 1])
        expect(await probe(`node('fs').readFileSync(path)`, `/proc/${who}/${place}`)).toMatch(/^refused: /);
    const seen = JSON.stringify(
      await probe(`[process.env, process.argv, process.execArgv, process.report.getReport()]`),
    );
    expect(seen).toContain('"OWN":"mine"');
    expect(seen).not.toContain('a-secret-that-no-plugin-may-ever-see');
    expect(seen).not.toContain('postgres://');
    expect(await probe(`[process.env.NODE_OPTIONS ?? null, process.env.LD_PRELOAD ?? null]`)).toEqual([
      null,
      null,
    ]);
    expect(await probe(`process.env.PATH`)).not.toBe('/x');
  });

  it('gets no process, thread, debugger, native code or wider rights', async () => {
    for (const code of ESCAPES) expect(`${code}: ${String(await probe(code))}`).toMatch(REFUSED);
    expect(await world.trouble()).toBeNull();
  });

  it('signals nobody', async () => {
    const { pid } = world.server.process;
    for (const code of SIGNALS) expect(`${code}: ${String(await probe(code, pid))}`).toMatch(REFUSED);
    expect(await world.trouble()).toBeNull();
  });

  it('changes nothing outside its own folder', async () => {
    const { dataDir } = world.server;
    const planted = join(dataDir, 'custom', 'planted.mjs');
    for (const code of CHANGES) expect(`${code}: ${String(await probe(code, planted))}`).toMatch(REFUSED);
    expect(existsSync(planted)).toBe(false);
    expect(
      await probe(`(node('fs').writeFileSync('own', 'kept'), node('fs').readFileSync('own', 'utf8'))`),
    ).toBe('kept');
    const listen = `new Promise((yes, no) => node('net').createServer().on('error', no).listen('mine', () => yes('up')))`;
    expect(await probe(listen)).toBe('up');
  });

  it('leaves nothing behind when it is deleted, its own files included', async () => {
    expect(await world.remove('prober')).toEqual([]);
    expect(await world.trouble()).toBeNull();
  });
});
