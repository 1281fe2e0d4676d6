import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { PluginWorld } from '../support/plugin-world.js';

describe('an ES module that calls require', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  it('as a bundle of CommonJS does gets built-in modules and the dependencies of its package', async () => {
    await world.write('subject/package.json', '{"name":"subject","type":"module","main":"bundle.js"}');
    await world.write('subject/node_modules/dep/index.js', 'exports.name = "dep";\n');
    await world.write('subject/lib.cjs', 'exports.facts = [require("os").EOL, require("dep").name];\n');
    const source = await world.write(
      'subject/source.js',
      'import lib from "./lib.cjs"; export const preLLMHook = () => lib.facts;\n',
    );
    const outfile = `${world.root}/subject/bundle.js`;
    await build({ entryPoints: [source], outfile, bundle: true, format: 'esm', external: ['os', 'dep'] });
    await world.run(world.spec('subject', `${world.root}/subject`));
    const { value } = await world.runtime.callHook('subject', 'preLLMHook', {});
    expect(value).toEqual(['\n', 'dep']);
  });
});
