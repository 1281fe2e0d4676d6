import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { mkdir, symlink } from 'node:fs/promises';
import { PluginWorld } from '../support/plugin-world.js';

const PLUGIN = `
import dep from 'dep';
export const preLLMHook = () => dep.words();
`;

describe('a plugin with dependencies', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  async function packageAt(folder: string, files: Record<string, string>): Promise<void> {
    for (const [name, content] of Object.entries(files)) await world.write(`${folder}/${name}`, content);
  }

  /** The dependency is CommonJS and requires one of its own, whose name begins like its own. */
  async function dependenciesIn(folder: string): Promise<void> {
    const words = `exports.words = () => require('dep-words');`;
    await packageAt(`${folder}/dep`, { 'package.json': '{"name":"dep"}', 'index.js': words });
    const list = { 'package.json': '{"name":"dep-words"}', 'index.js': `module.exports = ['hello'];` };
    await packageAt(`${folder}/dep-words`, list);
  }

  async function answerOf(path: string): Promise<unknown> {
    await world.run(world.spec('subject', join(world.root, path)));
    return (await world.runtime.callHook('subject', 'preLLMHook', {})).value;
  }

  it('finds them beside itself, as npm lays them out', async () => {
    await packageAt('app/node_modules/@scope/plugin', {
      'package.json': '{"name":"@scope/plugin","type":"module","main":"dist/index.js"}',
      'dist/index.js': PLUGIN,
    });
    await dependenciesIn('app/node_modules');
    expect(await answerOf('app/node_modules/@scope/plugin')).toEqual(['hello']);
  });

  it('finds them below itself', async () => {
    await packageAt('own', { 'package.json': '{"type":"module"}', 'index.js': PLUGIN });
    await dependenciesIn('own/node_modules');
    expect(await answerOf('own')).toEqual(['hello']);
  });

  it('finds them through links, as pnpm lays them out', async () => {
    const store = 'app/node_modules/.pnpm/plugin@1/node_modules';
    const manifest = '{"name":"plugin","type":"module"}';
    await packageAt(`${store}/plugin`, { 'package.json': manifest, 'index.js': PLUGIN });
    await dependenciesIn(store);
    await mkdir(join(world.root, 'app/node_modules'), { recursive: true });
    await symlink('.pnpm/plugin@1/node_modules/plugin', join(world.root, 'app/node_modules/plugin'));
    expect(await answerOf('app/node_modules/plugin')).toEqual(['hello']);
  });
});
