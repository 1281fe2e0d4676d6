import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { built, fixture } from './paths.js';

/**
 * Compiles test/fixtures/wasm/<name>.ts with AssemblyScript, once per content.
 * @param flags compiler flags beyond the stub runtime; nothing is optimised, which takes longer than all tests of it
 * @returns absolute path of the .wasm file, alone in its folder
 */
export function compileWasm(name: string, flags: string[] = ['--use', 'abort=']): string {
  const source = fixture(`wasm/${name}.ts`);
  const digest = createHash('sha256').update(readFileSync(source)).update(flags.join(' ')).digest('hex');
  const out = built(`test-wasm/${digest.slice(0, 16)}/${name}.wasm`);
  if (existsSync(out)) return out;
  mkdirSync(dirname(out), { recursive: true });
  // The compiler's own program, not its API: Jest's module sandbox and its wasm engine do not go together.
  const asc = join(createRequire(import.meta.url).resolve('assemblyscript/package.json'), '../bin/asc.js');
  const part = `${out}.${process.pid}`;
  const common = ['-O0', '--runtime', 'stub', '--outFile', part];
  execFileSync(process.execPath, [asc, source, ...common, ...flags], { stdio: 'pipe' });
  renameSync(part, out);
  return out;
}
