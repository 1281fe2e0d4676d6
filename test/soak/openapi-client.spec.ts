import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import ts from 'typescript';
import { built, fixture } from '../support/paths.js';
import { TestServer } from '../support/server.js';

const run = promisify(execFile);
const OPENAPI = fileURLToPath(new URL('../../../openapi.yaml', import.meta.url));
const GENERATOR = join(
  dirname(createRequire(import.meta.url).resolve('openapi-typescript/package.json')),
  'bin',
  'cli.js',
);

/** Mistakes that the generated types have to find, and a word of what the compiler says of them. */
const MISTAKES = [
  ['a field that is no text', "path: 'hello.mjs'", 'path: 1', "'string'"],
  ['a missing name', "body: { name, path: 'hello.mjs',", "body: { path: 'hello.mjs',", "'name'"],
  ['a hook that does not exist', "'httpTransportPreHook'", "'preHook'", 'preHook'],
  ['a path that does not exist', "'/api/plugins', {}", "'/api/plugin', {}", '/api/plugin'],
  ['an unknown error code', "=== 'plugin_not_found'", "=== 'no_such_code'", 'no overlap'],
] as const;

let folder: string;
let server: TestServer;
/** What the compiler finds in each program, by its name. All are compiled together: most of the time goes into
 *  the standard library. */
const findings = new Map<string, string>();

beforeAll(async () => {
  // Below dist/, so that the programs find the types of Node.
  folder = await mkdtemp(built('client-'));
  const right = await readFile(fixture('client/client.ts'), 'utf8');
  const programs = new Map([['client.ts', right]]);
  for (const [name, before, after] of MISTAKES) {
    expect(right).toContain(before);
    programs.set(`${name}.ts`, right.replace(before, after));
  }
  for (const [name, source] of programs) await writeFile(join(folder, name), source);
  await run(process.execPath, [GENERATOR, OPENAPI, '--output', join(folder, 'api.ts')]);
  compile([...programs.keys()]);
  server = await TestServer.start();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function compile(names: string[]): void {
  const program = ts.createProgram(
    names.map((name) => join(folder, name)),
    {
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      rootDir: folder,
      outDir: folder,
    },
  );
  for (const name of names) {
    const file = program.getSourceFile(join(folder, name));
    const found = ts.getPreEmitDiagnostics(program, file);
    findings.set(
      name,
      found.map((each) => ts.flattenDiagnosticMessageText(each.messageText, ' ')).join('; '),
    );
  }
  program.emit(program.getSourceFile(join(folder, 'client.ts')));
}

it('generates types with which a strict program compiles and does its work against the server', async () => {
  expect(findings.get('client.ts')).toBe('');
  const { stdout } = await run(process.execPath, [join(folder, 'client.js'), server.url, server.token]);
  expect(JSON.parse(stdout)).toEqual({
    revision: 1,
    result: { headers: { 'x-greeting': 'typed' } },
    listed: true,
    all: true,
    requiresRestart: false,
    ok: true,
    gone: 'plugin_not_found',
  });
});

it.each(MISTAKES)('generates types that refuse %s', (name, _before, _after, message) => {
  expect(findings.get(`${name}.ts`)).toContain(message);
});
