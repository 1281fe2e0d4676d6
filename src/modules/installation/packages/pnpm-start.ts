/**
 * Starts the package manager in place of its own launcher, from what V8 made of its one file of 8 MB in an earlier
 * run: most of a start is compiling. `node pnpm-start.js KEPT ARGUMENTS…`, where KEPT is the file to keep it in, which
 * nobody else may write to, since V8 believes it.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script, constants } from 'node:vm';
import { ignoreInspectorSignal } from '../../../platform/no-inspector.js';

ignoreInspectorSignal();

const DIGEST_BYTES = 32;

/** The package exports its manifest alone, which lies beside the program. */
const folder = dirname(createRequire(import.meta.url).resolve('pnpm'));
const [kept = ''] = process.argv.splice(2, 1);
run(join(folder, 'dist', 'pnpm.cjs'), kept);

/** What is kept counts for this program and this Node; V8 looks at its version, its flags and the source's length. */
function run(filename: string, kept: string): void {
  const { size, mtimeMs } = statSync(filename);
  const key = [process.version, process.arch, filename, size, mtimeMs].join('\n');
  const cachedData = read(kept, key);
  const source = readFileSync(filename, 'utf8');
  const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${source}\n})`, {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData && { cachedData }),
  });
  if (!cachedData || script.cachedDataRejected)
    process.once('exit', () => write(kept, key, script.createCachedData()));
  const module = { exports: {} };
  const program = script.runInThisContext() as (...given: unknown[]) => void;
  program(module.exports, createRequire(filename), module, filename, dirname(filename));
}

function read(kept: string, key: string): Buffer | null {
  try {
    const bytes = readFileSync(kept);
    const data = bytes.subarray(DIGEST_BYTES);
    return bytes.subarray(0, DIGEST_BYTES).equals(digest(key, data)) ? data : null;
  } catch {
    return null;
  }
}

/** Nothing is lost where it cannot be kept, but time. */
function write(kept: string, key: string, data: Buffer): void {
  const unfinished = `${kept}.${process.pid}`;
  try {
    writeFileSync(unfinished, Buffer.concat([digest(key, data), data]), { mode: 0o600 });
    renameSync(unfinished, kept);
  } catch {
    rmSync(unfinished, { force: true });
  }
}

function digest(key: string, data: Buffer): Buffer {
  return createHash('sha256').update(key).update(data).digest();
}
