/**
 * Compiles the bundled WebAssembly plugins: every `plugins/<name>/assembly/index.ts` to
 * `plugins/<name>/build/<name>.wasm`, with the AssemblyScript compiler as a library. What is newer than its
 * sources is left alone, so a second build costs nothing.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * `minimal` frees memory, but only when the module itself asks for it. The import `env.abort` stays: what it is called
 * with says what failed and where, and without it a failed assertion is a trap that says nothing.
 */
export const FLAGS = ['--optimize', '--runtime', 'minimal'];

/**
 * @returns {Promise<string[]>} the files written, none when all were up to date
 * @throws {Error} with the compiler's messages when a source does not compile
 */
export async function buildWasm() {
  const written = [];
  for (const name of readdirSync(join(root, 'plugins'))) {
    const sources = join(root, 'plugins', name, 'assembly');
    if (!existsSync(join(sources, 'index.ts'))) continue;
    const output = join(root, 'plugins', name, 'build', `${name}.wasm`);
    if (isCurrent(output, sources)) continue;
    await compile(join(sources, 'index.ts'), output);
    written.push(output);
  }
  return written;
}

/** Whether the output is newer than each source, and than this script, which holds the flags. */
function isCurrent(output, sources) {
  if (!existsSync(output)) return false;
  const inputs = readdirSync(sources).map((file) => join(sources, file));
  const newest = Math.max(
    ...[fileURLToPath(import.meta.url), ...inputs].map((file) => statSync(file).mtimeMs),
  );
  return statSync(output).mtimeMs > newest;
}

async function compile(entry, output) {
  // Loaded only when needed: the compiler alone takes a third of a second to import.
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(join(output, '..'), { recursive: true });
  // Made beside and renamed, so that whoever loads the module meanwhile never sees half of it.
  const unfinished = output.replace(/\.wasm$/, `.${process.pid}.wasm`);
  const paths = [relative(root, entry), '--outFile', relative(root, unfinished)];
  const { error, stderr } = await asc.main([...paths, '--baseDir', root, ...FLAGS]);
  if (error) throw new Error(`${relative(root, entry)} does not compile\n${stderr.toString()}`);
  renameSync(unfinished, output);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of await buildWasm()) process.stdout.write(`${relative(root, file)}\n`);
}
