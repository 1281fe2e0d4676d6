import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspectArtifact } from '../../src/runtime/host/index.js';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
const GO_PLUGIN = Buffer.concat([
  ELF,
  Buffer.alloc(3_000_000),
  Buffer.from('\xff Go buildinf:\x08', 'latin1'),
]);

describe('looking at an artifact', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  const inspect = (path: string): ReturnType<typeof inspectArtifact> => inspectArtifact(path, [world.root]);
  const refusal = (path: string): Promise<Error> => failureOf(inspect(path));

  it('refuses a native library and names what would be right', async () => {
    const error = await refusal(await world.write('lib.so', Buffer.concat([ELF, Buffer.alloc(100)])));
    expect(error).toMatchObject({
      code: 'unsupported_artifact',
      message: expect.stringContaining('native library'),
    });
    expect(error.message).toMatch(/WebAssembly.*JavaScript/);
  });

  it('refuses one that is named like a script', async () => {
    expect((await refusal(await world.write('lib.js', ELF))).message).toContain('native library');
  });

  it('tells a Go plugin from other libraries, wherever in the file its marks are', async () => {
    const marked = Buffer.concat([GO_PLUGIN, Buffer.alloc(1_000_000), Buffer.from('go:plugin.tabs')]);
    const error = await refusal(await world.write('go.so', marked));
    expect(error.message).toMatch(/-buildmode=plugin.*same Go toolchain.*WebAssembly.*JavaScript/);
    const shared = await refusal(await world.write('cshared.so', GO_PLUGIN));
    expect(shared.message).not.toContain('-buildmode=plugin');
  });

  it('refuses what is named .wasm and is none, components, TypeScript and anything else', async () => {
    expect((await refusal(await world.write('a.wasm', 'hello'))).message).toContain('not WebAssembly');
    const component = Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
    expect((await refusal(await world.write('b.wasm', component))).message).toContain('component');
    expect((await refusal(await world.write('c.ts', 'export {}'))).message).toContain('compile it');
    expect((await refusal(await world.write('d.txt', 'x'))).message).toContain('.js, .mjs, .cjs or .wasm');
  });

  it('refuses paths outside, with "..", through links, and says when there is nothing', async () => {
    for (const path of ['/etc/passwd', 'plugins/x.js', `${world.root}/../data/x.js`, '/nowhere/at/all'])
      expect(await refusal(path)).toMatchObject({ code: 'path_outside_roots' });
    const link = join(world.root, 'link.js');
    await symlink('/etc/hosts', link);
    expect(await refusal(link)).toMatchObject({ code: 'path_outside_roots' });
    expect(await refusal(join(world.root, 'none.js'))).toMatchObject({ code: 'path_not_found' });
  });

  it('reads a package: entry through exports, manifest, declared parameters', async () => {
    const packageJson = {
      name: '@x/plugin',
      version: '1.2.3',
      description: 'd',
      exports: { '.': { types: './t.d.ts', import: { default: './dist/a.mjs' }, default: './b.js' } },
      agentConfig: { pluginType: 'elizaos:plugin:1.0.0' },
    };
    await world.write('pkg/package.json', JSON.stringify(packageJson));
    await world.write('pkg/elizaos.plugin.json', '{"id":"x"}');
    const entry = await world.write('pkg/dist/a.mjs', 'export {}');
    const found = await inspect(join(world.root, 'pkg'));
    expect(found).toMatchObject({ format: 'javascript', entry, packageDir: join(world.root, 'pkg') });
    expect(found.manifest).toMatchObject({ name: '@x/plugin', version: '1.2.3', elizaPlugin: { id: 'x' } });
  });

  it('keeps the digits of integers that no number holds', async () => {
    const schema = '{"properties":{"guild":{"type":"integer","default":1187654321098765432}}}';
    await world.write('big/package.json', '{"main":"a.js","agentConfig":{"id":-1187654321098765432}}');
    await world.write('big/elizaos.plugin.json', `{"configSchema":${schema}}`);
    await world.write('big/a.js', '');
    expect((await inspect(join(world.root, 'big'))).manifest).toMatchObject({
      agentConfig: { id: '-1187654321098765432' },
      elizaPlugin: { configSchema: { properties: { guild: { default: '1187654321098765432' } } } },
    });
  });

  it.each([
    ['main without extension', { main: 'lib/m' }, 'lib/m.js'],
    ['a main that is a folder', { main: './lib' }, 'lib/index.js'],
    ['module alone', { module: 'esm.js' }, 'esm.js'],
    ['nothing named', {}, 'index.cjs'],
    ['exports as text', { exports: './x.js', main: 'y.js' }, 'x.js'],
  ])('finds the entry of a package with %s', async (_name, packageJson, file) => {
    await world.write('p/package.json', JSON.stringify(packageJson));
    const entry = await world.write(`p/${file}`, '');
    expect((await inspect(join(world.root, 'p'))).entry).toBe(entry);
  });

  it('refuses a package that was not built, leads out, or has a huge or broken manifest', async () => {
    await world.write('q/package.json', '{"exports":"./dist/none.js"}');
    expect((await refusal(join(world.root, 'q'))).message).toContain('./dist/none.js');
    await world.write('r/package.json', '{"main":"../../../../../../../etc/hosts"}');
    expect(await refusal(join(world.root, 'r'))).toMatchObject({ code: 'path_outside_roots' });
    await world.write('s/package.json', `{"a":"${'x'.repeat(2 ** 20)}"}`);
    expect((await refusal(join(world.root, 's'))).message).toContain('larger');
    await world.write('t/package.json', '[1]');
    expect((await refusal(join(world.root, 't'))).message).toContain('JSON object');
  });
});
