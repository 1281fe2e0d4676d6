import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../support/plugin-world.js';

/**
 * What common packages do when they are loaded (graceful-fs and fs-extra with `chdir`, signal-exit with `kill`, tracing
 * with child processes), done to everything that plugins are denied.
 */
const WRAPPER = `
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const v8 = require('node:v8');
const child = require('node:child_process');
const { promisify } = require('node:util');
const owners = { process, fs, 'fs.promises': fs.promises, os, v8, child };
const denied = {
  process: ['kill', 'dlopen', 'binding', 'setuid', 'setgid', 'chdir', 'umask', 'cwd', 'reallyExit'],
  fs: ['link', 'linkSync', 'symlink', 'symlinkSync', 'cpSync', 'existsSync', 'realpathSync', 'stat'],
  'fs.promises': ['link', 'symlink', 'readFile'],
  os: ['setPriority'],
  v8: ['setFlagsFromString'],
  child: ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'ChildProcess'],
};
const ways = {
  assign(owner, name) {
    const original = owner[name];
    const wrapped = function (...args) { return original.apply(this, args); };
    Object.setPrototypeOf(wrapped, original);
    owner[name] = wrapped;
    return wrapped;
  },
  extend(owner, name) {
    Object.setPrototypeOf(owner[name], Object.create(Function.prototype));
    owner[name].patched = true;
    return owner[name];
  },
  define(owner, name) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    const original = owner[name];
    const wrapped = function (...args) { return Reflect.apply(original, this, args); };
    Object.defineProperty(owner, name, { ...descriptor, value: wrapped });
    return wrapped;
  },
  accessor(owner, name) {
    const original = owner[name];
    let value = original;
    Object.defineProperty(owner, name, { configurable: true, enumerable: true, get: () => value, set: (v) => (value = v) });
    const wrapped = function (...args) { return original.apply(owner, args); };
    owner[name] = wrapped;
    return wrapped;
  },
};
const failures = [];
for (const [way, wrap] of Object.entries(ways))
  for (const [of, names] of Object.entries(denied))
    for (const name of names) {
      const owner = owners[of];
      try {
        const kept = wrap(owner, name);
        if (owner[name] !== kept) failures.push(way + ' ' + of + '.' + name + ' was not kept');
      } catch (error) {
        failures.push(way + ' ' + of + '.' + name + ': ' + error.message);
      }
    }
class Watched extends child.ChildProcess {}
const run = promisify(child.execFile);
process.report = { ...process.report, compact: true };
process.ppid = 1;
const attempt = async (call) => {
  try {
    return 'did ' + String(await call());
  } catch (error) {
    return error.code;
  }
};
exports.preLLMHook = async (context, { pid }) => ({
  failures,
  kept: [process.report.compact, process.ppid, typeof process.cwd(), typeof process.umask()],
  behind: [
    await attempt(() => process.chdir('/')),
    await attempt(() => process.kill(pid, 0)),
    await attempt(() => process.dlopen({ exports: {} }, '/lib/x.node')),
    await attempt(() => fs.symlinkSync('../../etc', 'out')),
    await attempt(() => fs.promises.symlink('../../etc', 'out')),
    await attempt(() => child.spawn('id')),
    await attempt(() => run('id')),
    await attempt(() => new Watched()),
    await attempt(() => v8.setFlagsFromString('--allow-natives-syntax')),
    await attempt(() => os.setPriority(pid, 19)),
    await attempt(() => fs.promises.readFile('/etc/passwd')),
  ],
});
`;

describe('a package that wraps what plugins are denied', () => {
  let world: PluginWorld;
  beforeAll(async () => (world = await PluginWorld.open()));
  afterAll(() => world.close());

  it('keeps what it has put there, and what is denied stays denied behind it', async () => {
    await world.run(world.spec('subject', await world.write('subject.cjs', WRAPPER)));
    const payload = { request: { pid: process.pid } };
    const { value } = await world.runtime.callHook('subject', 'preLLMHook', payload);
    const refused = Array<string>(10).fill('ERR_ACCESS_DENIED');
    expect(value).toEqual({
      failures: [],
      kept: [true, 1, 'string', 'number'],
      behind: [...refused, 'ENOENT'],
    });
  });
});
