import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { transform } from 'esbuild';
import { failureOf, PluginWorld } from '../support/plugin-world.js';
import { compileWasm } from '../support/wasm-fixtures.js';
import { readFile } from 'node:fs/promises';

const BUILD_WASM = new URL('../../../scripts/build-wasm.mjs', import.meta.url).href;
const TYPESCRIPT = `interface Request {
  model: string;
}
function fail(request: Request): never {
  throw new TypeError('no such model: ' + request.model);
}
export const preLLMHook = (_context: object, request: Request): void => fail(request);
export const healthCheck = (): void => fail({ model: 'probe' });
`;

describe('what the author of a plugin is told of an error', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  const folder = (entry: string): Promise<string> =>
    world.write('subject/package.json', JSON.stringify({ name: 'subject', type: 'module', main: entry }));

  /** Writes a package from TypeScript, built with its source map inside or beside it. */
  async function buildPackage(sourcemap: 'inline' | 'external', sourceRoot: string): Promise<void> {
    await folder('dist/index.js');
    const sourcefile = sourceRoot ? 'index.ts' : '../src/index.ts';
    const options = { loader: 'ts', sourcefile, sourcemap, sourceRoot, minify: true } as const;
    const { code, map } = await transform(TYPESCRIPT, options);
    const beside = sourcemap === 'external' ? '//# sourceMappingURL=index.js.map\n' : '';
    await world.write('subject/dist/index.js', code + beside);
    if (beside) await world.write('subject/dist/index.js.map', map);
  }

  const spec = (): ReturnType<PluginWorld['spec']> => world.spec('subject', `${world.root}/subject`);
  const callHook = (): Promise<Error> =>
    failureOf(world.runtime.callHook('subject', 'preLLMHook', { request: { model: 'm' } }));
  const logs = (): string[] => world.runtime.actual('subject').logs;

  it.each([
    ['inline', ''],
    ['external', ''],
    ['external', '../src'],
  ] as const)(
    'that a hook throws: the place in TypeScript, by a source map (%s, root %s)',
    async (kind, sourceRoot) => {
      await buildPackage(kind, sourceRoot);
      await world.run(spec());
      const error = await callHook();
      expect(error.message).toBe('TypeError: no such model: m (./src/index.ts:5:9)');
      expect(logs()).toContain('error: preLLMHook failed: TypeError: no such model: m (./src/index.ts:5:9)');
      expect(logs().join('\n')).toMatch(/\n.* {4}at .*\.\/src\/index\.ts:5:9\)?\n/);
      expect(logs().join('\n')).toMatch(/preLLMHook \(\.\/src\/index\.ts:7:\d+\)/);
    },
  );

  it('that a hook throws: the stack of the plugin and nothing of the server', async () => {
    await buildPackage('inline', '');
    await world.run(spec());
    const { stack = '' } = await callHook();
    expect(stack).toContain('./src/index.ts:5:9');
    expect(`${stack}\n${logs().join('\n')}`).not.toMatch(/node:|guest-program|runtime\/|pending-calls/);
    expect(stack).not.toContain(world.folder);
  });

  it('that comes from a map that lies: the place in the code as it is', async () => {
    await folder('index.js');
    const code = 'export const preLLMHook = () => {\n  throw new Error("x");\n};\n';
    for (const map of [
      'gone.map',
      'data:application/json,{"mappings":4}',
      'https://example.org/a.map',
      '../../x',
    ]) {
      await world.write('subject/index.js', `${code}//# sourceMappingURL=${map}\n`);
      await world.run(spec());
      expect((await callHook()).message).toBe('x (./index.js:2:9)');
    }
  });

  it('in a dependency: the line of the plugin that called it', async () => {
    await folder('index.js');
    await world.write(
      'subject/node_modules/dep/index.js',
      'exports.run = () => {\n  throw new Error("dep");\n};\n',
    );
    await world.write(
      'subject/index.js',
      'import dep from "dep";\n\nexport const preLLMHook = () => dep.run();\n',
    );
    await world.run(spec());
    expect((await callHook()).message).toBe('dep (./index.js:3:37)');
    expect(logs().join('\n')).toContain('./node_modules/dep/index.js:2:9');
  });

  it.each([
    ['an ES module', 'module', 'export const a = 1;\nexport const broken = {;\n', './lib.js:2:24'],
    ['CommonJS', 'commonjs', 'const a = 1;\nmodule.exports = {;\n', './lib.js:2:19'],
    ['a name that is not exported', 'module', 'export const a = 1;\n', './index.js:1:10'],
  ])('of syntax in %s that the entry imports: file, line and column', async (_kind, type, code, place) => {
    await world.write('subject/package.json', JSON.stringify({ name: 'subject', type, main: 'index.js' }));
    const entry = type === 'module' ? 'import { b } from "./lib.js";\nb;' : 'require("./lib.js");';
    await world.write('subject/index.js', entry);
    await world.write('subject/lib.js', code);
    const error = await failureOf(world.runtime.prepare(spec()));
    expect(error.message).toMatch(/^SyntaxError: /);
    expect(error.message).toContain(`(${place})`);
    expect(error).toMatchObject({ phase: 'load' });
    const trial = await world.runtime.trial(spec());
    expect(trial.checks.at(-1)).toMatchObject({ name: 'load', ok: false, message: error.message });
  });

  it('while it loads, initialises, and after it: the place, in the log of what failed too', async () => {
    await folder('index.js');
    const init =
      'export const getName = () => "x";\nexport function init() {\n  throw new Error("no key");\n}\n';
    for (const [code, cause, place] of [
      ['\nnull.x;', 'TypeError: ', '(./index.js:2:6)'],
      [init, 'no key', '(./index.js:3:9)'],
      ['JSON.parse("{");', 'SyntaxError: ', '(./index.js:1:6)'],
      [
        `export const getName = () => "x";\nexport const init = () => {\n setImmediate(() => { throw new Error("late"); });\n return new Promise(() => {}); };`,
        'uncaught exception: late',
        '(./index.js:3:29)',
      ],
    ] as const) {
      await world.write('subject/index.js', code);
      const error = await failureOf(world.runtime.prepare(spec()));
      expect(error.message).toContain(cause);
      expect(error.message).toContain(place);
      const { logs: lines } = error as Error & { logs: string[] };
      expect(lines.join('\n')).toMatch(/error: {5}at .*index\.js:\d+:\d+/);
    }
  });

  it('in its own check: the place and the stack', async () => {
    await buildPackage('external', '');
    const { checks, logs: lines } = await world.runtime.trial(spec());
    expect(checks.at(-1)).toMatchObject({
      name: 'check',
      ok: false,
      message: 'TypeError: no such model: probe (./src/index.ts:5:9)',
    });
    expect(lines.join('\n')).toMatch(/healthCheck \(\.\/src\/index\.ts:8:\d+\)/);
  });

  it('of an AssemblyScript module built as the bundled ones are: message, file, line and column', async () => {
    const { FLAGS } = (await import(BUILD_WASM)) as { FLAGS: string[] };
    const path = await world.write('subject.wasm', await readFile(compileWasm('gateway', FLAGS)));
    await world.run(world.spec('subject', path));
    const call = world.runtime.callHook('subject', 'preLLMHook', { request: { mode: 'abort' } });
    const { message } = await failureOf(call);
    expect(message).toMatch(/abort: no such model: Ünïcödé \(.*gateway\.ts:\d+:\d+\)/);
    expect(logs().join('\n')).toContain(message);
  });
});
