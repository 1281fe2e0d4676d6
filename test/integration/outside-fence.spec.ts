import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../support/plugin-world.js';

/** Evaluates `code` in a hook, with the path that the request names. */
const PROBE = `
import * as fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { promisify } from 'node:util';
const { createRequire } = await import('node:module');
export const preLLMHook = async (ctx, { code, path }) => {
  const scope = { fs, readFile, once, promisify, path, require: createRequire(import.meta.url) };
  try {
    const value = await new Function(...Object.keys(scope), 'return (async () => (' + code + '))()')(...Object.values(scope));
    return value === undefined ? 'undefined' : value;
  } catch (error) {
    const { code, syscall, errno, path } = error;
    return { code, syscall, errno, path };
  }
};
`;

/** Expressions that say how a callback was called; it must not be before the function returns. */
const callback = (call: string): string =>
  `new Promise((resolve, reject) => { let returned = false; ${call.replace('cb', '(e) => e ? reject(returned ? e : new Error("too early")) : resolve("no error")')}; returned = true; })`;

describe('what lies outside the fence, for a plugin', () => {
  let world: PluginWorld;
  let outside: string;
  beforeAll(async () => {
    world = await PluginWorld.open();
    await world.run(await world.plugin(PROBE));
    outside = await world.write('../kept/secret.txt', 'kept');
    await mkdir(`${world.folder}/kept/folder`);
  });
  afterAll(() => world.close());

  async function probe(code: string, path = outside): Promise<unknown> {
    return (await world.runtime.callHook('subject', 'preLLMHook', { request: { code, path } })).value;
  }

  it.each([
    ['fs.existsSync(path)', false],
    ['new Promise((resolve) => fs.exists(path, resolve))', false],
    ['promisify(fs.exists)(path)', false],
    ['fs.statSync(path, { throwIfNoEntry: false })', 'undefined'],
    ['fs.lstatSync(path, { throwIfNoEntry: false })', 'undefined'],
  ])('is not there: %s', async (code, answer) => {
    expect(await probe(code)).toBe(answer);
  });

  it.each([
    ['fs.accessSync(path)', 'access'],
    ['fs.statSync(path)', 'stat'],
    ['fs.lstatSync(path)', 'lstat'],
    ['fs.readFileSync(path, "utf8")', 'open'],
    ['fs.readdirSync(path)', 'scandir'],
    ['fs.opendirSync(path)', 'opendir'],
    ['fs.openSync(path)', 'open'],
    ['fs.realpathSync(path)', 'realpath'],
    ['fs.realpathSync.native(path)', 'realpath'],
    ['fs.readlinkSync(path)', 'readlink'],
    ['fs.copyFileSync(path, "copy")', 'copyfile'],
    ['fs.cpSync(path, "copy")', 'lstat'],
    [callback('fs.access(path, cb)'), 'access'],
    [callback('fs.stat(path, cb)'), 'stat'],
    [callback('fs.readFile(path, "utf8", cb)'), 'open'],
    [callback('fs.readdir(path, cb)'), 'scandir'],
    [callback('fs.realpath(path, cb)'), 'realpath'],
    [callback('fs.realpath.native(path, cb)'), 'realpath'],
    [callback('fs.open(path, "r", cb)'), 'open'],
    [callback('fs.copyFile(path, "copy", cb)'), 'copyfile'],
    ['promisify(fs.stat)(path)', 'stat'],
    ['fs.promises.access(path)', 'access'],
    ['fs.promises.stat(path)', 'stat'],
    ['fs.promises.readdir(path)', 'scandir'],
    ['fs.promises.open(path)', 'open'],
    ['fs.promises.realpath(path)', 'realpath'],
    ['fs.promises.cp(path, "copy")', 'lstat'],
    ['readFile(path)', 'open'],
    ['require("fs").readFileSync(path)', 'open'],
    ['once(fs.createReadStream(path), "data")', 'open'],
  ])('is ENOENT: %s', async (code, syscall) => {
    expect(await probe(code)).toEqual({ code: 'ENOENT', syscall, errno: -2, path: outside });
  });

  it('is ENOENT by a URL and a Buffer, and for a folder too', async () => {
    expect(await probe('fs.statSync(new URL("file://" + path))')).toMatchObject({
      code: 'ENOENT',
      path: outside,
    });
    expect(await probe('fs.statSync(Buffer.from(path))')).toMatchObject({ code: 'ENOENT', path: outside });
    expect(await probe('fs.readdirSync(path)', `${world.folder}/kept`)).toMatchObject({ code: 'ENOENT' });
  });

  it('is looked for in every parent folder without an error', async () => {
    const lookUp = `(() => { let at = process.cwd(); const found = [];
      for (;;) { if (fs.existsSync(at + '/package.json')) found.push(at); const up = require('path').dirname(at);
        if (up === at) return found; at = up; } })()`;
    expect(await probe(lookUp)).toEqual([]);
  });

  it('refuses to be written to, and stays as it is', async () => {
    for (const code of [
      'fs.writeFileSync(path, "x")',
      'fs.promises.unlink(path)',
      'fs.mkdirSync(path + "x")',
    ])
      expect(await probe(code)).toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  });

  it('leaves what is inside as it was', async () => {
    const inside = `(fs.writeFileSync('note', 'kept'), [fs.existsSync('note'), fs.statSync('note').size, await readFile('note', 'utf8'),
      await promisify(fs.exists)('note'), fs.realpathSync('note') === fs.realpathSync.native('note'), await promisify(fs.realpath)('note') === await fs.promises.realpath('note'), fs.existsSync('none')])`;
    expect(await probe(inside)).toEqual([true, 4, 'kept', true, true, true, false]);
    expect(await probe('fs.readFileSync("none")')).toMatchObject({ code: 'ENOENT', path: 'none' });
  });
});
