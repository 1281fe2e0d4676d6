import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspectArtifact } from '../../src/runtime/host/index.js';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

/** First bytes of machine code in its other coats. */
const NATIVE: [string, number[]][] = [
  ['Mach-O, 64 bit', [0xcf, 0xfa, 0xed, 0xfe]],
  ['Mach-O, big-endian', [0xfe, 0xed, 0xfa, 0xce]],
  ['Mach-O, universal', [0xca, 0xfe, 0xba, 0xbe]],
  ['PE', [0x4d, 0x5a, 0x90, 0x00]],
];

describe('an artifact that is not what it seems', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  const inspect = (path: string): ReturnType<typeof inspectArtifact> => inspectArtifact(path, [world.root]);
  const refusal = (path: string): Promise<Error> => failureOf(inspect(path));
  const packageOf = async (packageJson: unknown): Promise<string> => {
    const text = typeof packageJson === 'string' ? packageJson : JSON.stringify(packageJson);
    await world.write('p/package.json', text);
    await world.write('p/index.js', '');
    return join(world.root, 'p');
  };

  it.each(NATIVE)('%s is refused with the ways out that work here', async (_name, head) => {
    const error = await refusal(await world.write('lib.dylib', Buffer.from([...head, 0, 0, 0, 0])));
    expect(error).toMatchObject({ code: 'unsupported_artifact', message: expect.stringContaining('native') });
    expect(error.message).toMatch(/WebAssembly \(\.wasm\).*JavaScript \(\.js, \.mjs, \.cjs\)/);
  });

  it.each([
    ['up', '../neighbour.mjs'],
    ['far up', '../../../../../../../etc/passwd'],
    ['up and down again', './lib/../../neighbour'],
    ['to nothing, outside', '../../../../nowhere'],
  ])('a main that leads %s is refused alike', async (_name, main) => {
    expect(await refusal(await packageOf({ main }))).toMatchObject({ code: 'path_outside_roots' });
  });

  it('an absolute main stays below the package, as Node has it', async () => {
    expect(await refusal(await packageOf({ exports: '/etc/passwd' }))).toMatchObject({
      code: 'unsupported_artifact',
    });
    expect((await inspect(await packageOf({ main: '/etc/passwd' }))).entry).toBe(
      join(world.root, 'p/index.js'),
    );
  });

  it.each([
    ['./../neighbour.mjs'],
    ['neighbour.mjs'],
    [{ './*': './*.js' }],
    [{ import: null }],
    [{}],
    [[[[]]]],
    [42],
  ])('exports %j names nothing to load', async (exports) => {
    expect(await refusal(await packageOf({ exports }))).toMatchObject({ code: 'unsupported_artifact' });
  });

  it('a link as main that leads out is refused', async () => {
    const folder = await packageOf({ main: 'out.js' });
    await symlink('/etc/passwd', join(folder, 'out.js'));
    expect(await refusal(folder)).toMatchObject({ code: 'path_outside_roots' });
  });

  it('a manifest that is a link out, a folder or a pipe is not read', async () => {
    const secret = await world.write('../data/secret.json', '{"name":"secret"}');
    await mkdir(join(world.root, 'a/package.json'), { recursive: true });
    await mkdir(join(world.root, 'b'));
    await symlink(secret, join(world.root, 'b/package.json'));
    await mkdir(join(world.root, 'c'));
    execFileSync('mkfifo', [join(world.root, 'c/package.json')]);
    expect((await refusal(join(world.root, 'a'))).message).toContain('must be a file');
    expect(await refusal(join(world.root, 'b'))).toMatchObject({ code: 'path_outside_roots' });
    expect((await refusal(join(world.root, 'c'))).message).toContain('must be a file');
  });

  it('a manifest nested a hundred thousand levels is refused', async () => {
    const deep = (open: string, close: string): string => open.repeat(1e5) + '0' + close.repeat(1e5);
    for (const text of [`{"exports":${deep('[', ']')}}`, `{"agentConfig":${deep('{"a":', '}')}}`])
      expect((await refusal(await packageOf(text))).message).toContain('100 levels');
  });

  it('a byte order mark is no obstacle, another encoding is', async () => {
    await packageOf('\uFEFF{"name":"marked"}');
    expect((await inspect(join(world.root, 'p'))).manifest?.name).toBe('marked');
    await world.write('p/package.json', Buffer.from('\uFEFF{"name":"wide"}', 'utf16le'));
    expect((await refusal(join(world.root, 'p'))).message).toContain('JSON object');
  });

  it('a folder named x.wasm is a package, a pipe is nothing, an empty file is what its name says', async () => {
    await mkdir(join(world.root, 'x.wasm'));
    expect((await refusal(join(world.root, 'x.wasm'))).message).toContain('no code to load');
    execFileSync('mkfifo', [join(world.root, 'pipe.js')]);
    expect(await refusal(join(world.root, 'pipe.js'))).toMatchObject({ code: 'path_not_found' });
    expect((await refusal(await world.write('e.wasm', ''))).message).toContain('not WebAssembly');
    expect((await inspect(await world.write('e.js', ''))).format).toBe('javascript');
  });

  it.each([
    ['a wrong type', { type: 'module' }, 'module.exports = { preLLMHook() {} };', /module is not defined/],
    ['nothing in it', { type: 'module' }, '', /exports nothing, which is no plugin/],
    ['an import that is not there', { type: 'module' }, `import 'not-there';`, /not-there/],
  ])('%s is a failed load with its cause', async (_name, packageJson, code, cause) => {
    const folder = await packageOf(packageJson);
    await world.write('p/index.js', code);
    const error = await failureOf(world.runtime.prepare(world.spec('p', folder)));
    expect(error).toMatchObject({ code: 'load_failed', message: expect.stringMatching(cause) });
  });

  it('a link in its dependencies that leads out keeps it from starting; one to nothing inside does not', async () => {
    const folder = await packageOf({ type: 'module' });
    await world.write('p/index.js', 'export const preLLMHook = () => 1;');
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
    await symlink('../gone/bin.js', join(folder, 'node_modules/.bin/gone'));
    await world.run(world.spec('p', folder));
    await symlink('/etc', join(folder, 'node_modules/etc'));
    const refused = await failureOf(world.runtime.prepare(world.spec('p', folder)));
    expect(refused).toMatchObject({ code: 'path_outside_roots' });
  });
});
