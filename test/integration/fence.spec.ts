import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { guestEnvironment } from '../../src/config.js';
import { PluginWorld } from '../support/plugin-world.js';

/** Runs `code` inside a plugin's hook and returns what it evaluates to, or the code of what it throws. */
const PROBE = `
import * as fs from 'node:fs';
import * as child from 'node:child_process';
import * as workers from 'node:worker_threads';
export const preLLMHook = async (ctx, req) => {
  try {
    return await new Function('fs', 'child', 'workers', 'path', 'return (async () => (' + req.code + '))()')(
      fs, child, workers, req.path);
  } catch (error) {
    return 'refused: ' + (error.code ?? error.message);
  }
};
`;

const SERVER_ENVIRONMENT = {
  PATH: '/server/bin',
  LANG: 'C.UTF-8',
  JWT_SECRET: 'jwt',
  DATABASE_URL: 'postgres://u:p@h/d',
  NODE_OPTIONS: '--inspect',
};

describe('the fence around a plugin', () => {
  let world: PluginWorld;
  beforeEach(async () => {
    world = await PluginWorld.open({ environment: guestEnvironment(SERVER_ENVIRONMENT) });
    await world.run(await world.plugin(PROBE, { env: { OWN_KEY: 'own value' } }));
  });
  afterEach(() => world.close());

  async function probe(code: string, path = ''): Promise<unknown> {
    return (await world.runtime.callHook('subject', 'preLLMHook', { request: { code, path } })).value;
  }

  it('lets it write to its own folder and nowhere else', async () => {
    expect(await probe(`(fs.writeFileSync('note', 'kept'), fs.readFileSync('note', 'utf8'))`)).toBe('kept');
    const outside = `${world.root}/planted.mjs`;
    expect(await probe(`fs.writeFileSync(path, 'x')`, outside)).toBe('refused: ERR_ACCESS_DENIED');
  });

  it('keeps it from reading the system, the data folder and other plugins', async () => {
    const secret = await world.write('../data/jwt.secret', 'x');
    for (const path of [
      '/etc/passwd',
      '/proc/self/environ',
      '/proc/1/environ',
      secret,
      `${world.root}/neighbour.mjs`,
    ])
      expect(await probe(`fs.readFileSync(path, 'utf8')`, path)).toBe('refused: ENOENT');
    expect(await probe(`fs.readdirSync(path)`, world.dataDir)).toBe('refused: ENOENT');
  });

  it('keeps it from reading through a link that it makes itself', async () => {
    const code = `(fs.symlinkSync('/etc/passwd', 'link'), fs.readFileSync('link', 'utf8'))`;
    expect(await probe(code)).toMatch(/^refused: /);
  });

  it('starts no process and no worker', async () => {
    expect(await probe(`child.execSync('id').toString()`)).toBe('refused: ERR_ACCESS_DENIED');
    expect(await probe(`child.fork('x.js').pid`)).toBe('refused: ERR_ACCESS_DENIED');
    expect(await probe(`new workers.Worker('1', { eval: true }).threadId`)).toBe(
      'refused: ERR_ACCESS_DENIED',
    );
  });

  it('shows it an environment of the allow-list and its own settings, and nothing of the server', async () => {
    const names = (await probe('Object.keys(process.env).sort()')) as string[];
    const allowed = ['HOME', 'LANG', 'OWN_KEY', 'PATH', 'PWD', 'TEMP', 'TMP', 'TMPDIR'];
    expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
    expect(await probe('process.env.PATH')).not.toContain('server');
    expect(await probe('process.env.OWN_KEY')).toBe('own value');
  });

  it('leaves no way to signal the server', async () => {
    expect(await probe(`process.kill(${process.pid}, 0)`)).toMatch(/^refused: /);
    expect(await world.neighbourAnswers()).toBe(true);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('runs it as a user of its own where the server is root', async () => {
    const uid = (await probe('process.getuid()')) as number;
    expect(uid).toBeGreaterThanOrEqual(50_000);
    expect(await probe('process.getgid()')).toBe(uid);
  });
});
