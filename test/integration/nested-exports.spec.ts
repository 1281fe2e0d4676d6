import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../support/plugin-world.js';

const AGENT = `{ name: 'agent', description: 'd', actions: [{ name: 'A' }] }`;
const GATEWAY = `{ getName: () => 'gateway', preLLMHook: () => null }`;

/** Ways in which compilers, bundlers and hands put a plugin into a module; X stands for the plugin. */
const SHAPES: [file: string, code: string][] = [
  ['plain.cjs', 'module.exports = X;'],
  ['named.cjs', 'const all = {}; all.plugin = X; module.exports = all;'],
  ['default.cjs', 'module.exports = { default: X };'],
  ['compiled.cjs', 'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = X;'],
  ['twice.cjs', 'module.exports = { default: { default: X } };'],
  ['inside.cjs', 'exports.default = { plugin: X };'],
  ['again.mjs', 'import * as all from "./default.mjs"; export default all;'],
  ['default.mjs', 'export default X;'],
  ['wrapped.mjs', 'export default { plugin: X };'],
  ['circular.cjs', 'module.exports = { plugin: X }; module.exports.default = module.exports;'],
];

describe('a module whose plugin lies further in', () => {
  let world: PluginWorld;
  beforeAll(async () => {
    world = await PluginWorld.open();
    for (const [folder, plugin] of [
      ['agent', AGENT],
      ['gateway', GATEWAY],
    ] as const)
      for (const [file, code] of SHAPES) await world.write(`${folder}/${file}`, code.replace('X', plugin));
  });
  afterAll(() => world.close());

  it.each(SHAPES)('is found: %s', async (file) => {
    const agent = await world.runtime.prepare(world.spec('agent', `${world.root}/agent/${file}`));
    expect([agent.actualName, agent.types]).toEqual(['agent', ['action']]);
    await agent.discard();
    const gateway = await world.runtime.prepare(world.spec('gateway', `${world.root}/gateway/${file}`));
    expect([gateway.actualName, gateway.hooks]).toEqual(['gateway', ['preLLMHook']]);
    await gateway.discard();
  });

  it('that is the plugin by its named exports is found', async () => {
    const code = 'export const name = "bare"; export const description = "d"; export const providers = [{}];';
    const path = await world.write('bare/index.mjs', code);
    const bare = await world.runtime.prepare(world.spec('bare', path));
    expect([bare.actualName, bare.types]).toEqual(['bare', ['provider']]);
    await bare.discard();
  });
});
