import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HazardServer } from '../support/hazard-server.js';
import { PROBE } from '../support/probe.js';

/**
 * What the permission model and the lockdown say; Node 20 has no SQLite, and 22 no engines. A mistake in a way
 * itself (an undefined name) must not pass for a refusal.
 */
const REFUSED =
  /: refused: (ERR_ACCESS_DENIED|ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED|ERR_UNKNOWN_BUILTIN_MODULE|(ERR_)?MODULE_NOT_FOUND|process\.report\.writeReport is not a function)$/;

/** Ways to read `path`, a file of the server's. */
const READS = [
  `node('fs').readFileSync(path, 'utf8')`,
  `node('fs').readFileSync(Buffer.from(dir + '/../../secrets/jwt-secret'), 'utf8')`,
  `node('fs').readFileSync('../../secrets/jwt-secret', 'utf8')`,
  `(await node('fs').openAsBlob(path)).text()`,
  `(node('fs').copyFileSync(path, 'copy'), node('fs').readFileSync('copy', 'utf8'))`,
  `(node('fs').linkSync(path, 'hard'), node('fs').readFileSync('hard', 'utf8'))`,
  `(node('fs').symlinkSync(path, 'soft'), node('fs').readFileSync('soft', 'utf8'))`,
  `(await node('fs').promises.symlink('../../secrets', 'soft2'), node('fs').readdirSync('soft2'))`,
  `node('fs').readdirSync(path + '/..')`,
  `process.loadEnvFile(path)`,
  `import(path)`,
  `require(path)`,
  `node('child_process').execFileSync('cat', [path]).toString()`,
];

/** Ways to become more than a plugin. */
const ESCAPES = [
  `node('child_process').fork(self).pid`,
  `new (node('child_process').ChildProcess)().spawn({ file: '/bin/true', args: ['true'], stdio: [] })`,
  `node('cluster').fork().id`,
  `new (node('worker_threads').Worker)('1', { eval: true }).threadId`,
  `node('module').register('data:text/javascript,')`,
  `node('inspector').open(0)`,
  `new (node('inspector').Session)().connect()`,
  `node('vm').runInNewContext('this.constructor.constructor("return process")().binding("fs")')`,
  `process.binding('spawn_sync')`,
  `process._linkedBinding('fs')`,
  `process.dlopen({ exports: {} }, '/lib/libc.so.6')`,
  `(node('fs').writeFileSync('x.node', 'x'), require(dir + '/x.node'))`,
  `node('crypto').setEngine(dir + '/x.node')`,
  `node('v8').setFlagsFromString('--allow-natives-syntax')`,
  `new (require('node:wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } }).wasiImport`,
  `new (require('node:sqlite').DatabaseSync)(':memory:')`,
  `process.report.writeReport('report.json')`,
  `process.setuid(0)`,
  `process.chdir('/')`,
];

/** Ways to end or disturb `path`, a process that is not its own. */
const SIGNALS = [
  `process.kill(Number(path), 'SIGKILL')`,
  `process.kill(0, 'SIGKILL')`,
  `process.kill(-1, 'SIGKILL')`,
  `process.kill(process.ppid || Number(path), 'SIGKILL')`,
  `process._kill(Number(path), 9)`,
  `process._debugProcess(Number(path))`,
  `node('os').setPriority(Number(path), 19)`,
];

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
    const ways = [
      `node('fs').writeFileSync(path, '')`,
      `node('fs').writeFileSync(self, '')`,
      `node('fs').chmodSync(self, 0o777)`,
      `node('fs').openSync(self, node('fs').constants.O_TRUNC)`,
      `(node('fs').linkSync(self, 'own'), node('fs').writeFileSync('own', ''))`,
      `node('fs').renameSync(self, 'own')`,
      `node('fs').mkdtempSync(path)`,
      `node('v8').writeHeapSnapshot(path)`,
      `(process.report.directory = dir + '/../../custom', process.report.writeReport('planted.mjs'))`,
    ];
    for (const code of ways) expect(`${code}: ${String(await probe(code, planted))}`).toMatch(REFUSED);
    expect(existsSync(planted)).toBe(false);
    expect(
      await probe(`(node('fs').writeFileSync('own', 'kept'), node('fs').readFileSync('own', 'utf8'))`),
    ).toBe('kept');
  });

  it('leaves nothing behind when it is deleted, its own files included', async () => {
    expect(await world.remove('prober')).toEqual([]);
    expect(await world.trouble()).toBeNull();
  });
});
