import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { changedSince } from '../../src/modules/installation/packages/tree-digest.js';
import { type PackageWorld, packageWorld } from '../support/package-world.js';
import { PluginWorld } from '../support/plugin-world.js';

/** Tries everything that would change the file it is given, and says what each came to. */
const PLUGIN = `
import * as fs from 'node:fs';
import { answer } from 'left';
const attempts = {
  write: (path) => fs.writeFileSync(path, 'evil'),
  append: (path) => fs.appendFileSync(path, 'evil'),
  open: (path) => fs.closeSync(fs.openSync(path, 'r+')),
  truncate: (path) => fs.truncateSync(path),
  mode: (path) => fs.chmodSync(path, 0o777),
  times: (path) => fs.utimesSync(path, 0, 0),
  remove: (path) => fs.unlinkSync(path),
  rename: (path) => fs.renameSync(path, 'mine'),
  replace: (path) => { fs.writeFileSync('mine', 'evil'); fs.renameSync('mine', path); },
  link: (path) => { fs.linkSync(path, 'linked'); fs.writeFileSync('linked', 'evil'); },
  symlink: (path) => { fs.symlinkSync(path, 'pointed'); fs.writeFileSync('pointed', 'evil'); },
};
export const getName = () => 'writer';
export const preLLMHook = (ctx, req) => Object.fromEntries([['answer', answer],
  ...Object.entries(attempts).map(([name, attempt]) => {
    try { attempt(req.path); return [name, 'done']; } catch (error) { return [name, error.code]; }
  })]);
`;

describe('a plugin that writes to its own package', () => {
  let packages: PackageWorld;
  let plugins: PluginWorld;

  beforeAll(async () => {
    packages = await packageWorld();
    plugins = await PluginWorld.open();
    const manifest = { type: 'module', dependencies: { left: '1.0.0' } };
    packages.registry
      .publish({
        name: 'left',
        version: '1.0.0',
        manifest: { type: 'module' },
        files: { 'index.js': 'export const answer = 42;' },
      })
      .publish({ name: 'writer', version: '1.0.0', manifest, files: { 'index.js': PLUGIN } });
  });
  afterAll(async () => {
    await plugins.close();
    await packages.close();
  });

  it.each([false, true])('changes nothing in it, nor in the store (copies: %s)', async (copies) => {
    const builder = packages.builderWith({}, { copies });
    const plan = await builder.plan('writer', '1.0.0');
    const directory = packages.directory(`writer-${copies}`);
    const built = await builder.build(plan, directory);
    const own = join(await realpath(directory), built.packageDir);
    await plugins.run(plugins.spec('writer', own, { roots: [await realpath(directory)] }));

    for (const path of [join(own, 'index.js'), await realpath(join(own, '../left/index.js'))]) {
      const request = { path };
      const { value } = await plugins.runtime.callHook('writer', 'preLLMHook', { context: {}, request });
      const { answer, ...attempts } = value as Record<string, unknown>;
      expect(answer).toBe(42);
      expect(new Set(Object.values(attempts))).toEqual(new Set(['ERR_ACCESS_DENIED']));
    }
    expect(await changedSince(directory, built.treeDigest, { full: true })).toBeNull();
    const again = await builder.build(plan, packages.directory(`again-${copies}`));
    expect(again.treeDigest).toBe(built.treeDigest);
  });
});
