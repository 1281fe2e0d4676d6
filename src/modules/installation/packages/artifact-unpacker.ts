import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Unprocessable } from '../../../platform/http/errors.js';
import { ArchiveRefused } from './archive-scan.js';
import type { BuiltPackage } from './package-builder.js';
import { type PolicySettings, enforce } from './package-policy.js';
import { unpackTar } from './tar-unpacker.js';
import { recordTree } from './tree-digest.js';
import { unpackZip, type ZipLimits } from './zip-unpacker.js';

const SCRIPTS = new Set(['.js', '.mjs', '.cjs']);
/** Zip archives begin with their first entry, or, where there is none, with their end. */
const MAGIC = { gzip: '1f8b', zip: '504b0304', emptyZip: '504b0506', wasm: '0061736d' };

/** A file to be made a directory that plugins are loaded from. */
export interface UnpackTask {
  name: string;
  /** Absolute path of the file. */
  file: string;
  /** Where it came from: its extension tells scripts apart. */
  url: string;
  /** To be made; it is not left behind half-done. */
  directory: string;
}

/**
 * Unpacks an artifact: a tar archive (gzipped or not), a zip archive, or a file that is the plugin itself. Nothing of it is run,
 * and nothing else is fetched: what it needs must be in it.
 * @throws Unprocessable `package_refused` for a hostile or damaged archive, `unsupported_artifact`, `policy_refused`
 */
export async function unpackArtifact(task: UnpackTask, policy: PolicySettings): Promise<BuiltPackage> {
  const { name, directory } = task;
  await mkdir(join(directory, '..'), { recursive: true });
  await mkdir(directory);
  try {
    await chmod(directory, 0o755);
    const packageDir = await unpack(task, policy);
    const { digest, files, bytes } = await recordTree(directory);
    const license = await licenseIn(join(directory, packageDir));
    enforce({ name, files, unpackedBytes: bytes, license }, policy);
    return { packageDir, treeDigest: digest, unpackedBytes: bytes, files, scripts: [] };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw isDamage(error) ? new Unprocessable('package_refused', damageText(error), 'name') : error;
  }
}

/** @returns the plugin's own path in the directory */
async function unpack({ file, url, directory }: UnpackTask, policy: PolicySettings): Promise<string> {
  const head = await firstBytes(file);
  const starts = (magic: string): boolean => head.toString('hex').startsWith(magic);
  const isTar = head.subarray(257, 262).toString('latin1') === 'ustar';
  if (isTar || starts(MAGIC.gzip)) await unpackTarFile(file, isTar, directory, policy);
  else if (starts(MAGIC.zip) || starts(MAGIC.emptyZip)) await unpackZip(file, directory, limitsOf(policy));
  else return loneFile(starts(MAGIC.wasm), { file, url, directory });
  return packageIn(directory);
}

async function unpackTarFile(
  file: string,
  isPlain: boolean,
  directory: string,
  policy: PolicySettings,
): Promise<void> {
  const { maxFiles, maxMegabytes } = limitsOf(policy);
  const bytes = createReadStream(file);
  // Errors of the one end the other.
  const tar = isPlain ? bytes : pipeline(bytes, createGunzip(), () => undefined);
  try {
    await unpackTar(atMost(tar, maxMegabytes), directory, maxFiles);
  } finally {
    bytes.destroy();
    tar.destroy();
  }
}

function limitsOf(policy: PolicySettings): ZipLimits {
  return { maxFiles: policy.POLICY_MAX_FILES, maxMegabytes: policy.POLICY_MAX_UNPACKED_MB };
}

/** @returns its name in the directory */
async function loneFile(
  isWasm: boolean,
  { file, url, directory }: Omit<UnpackTask, 'name'>,
): Promise<string> {
  const extension = isWasm ? '.wasm' : extname(new URL(url).pathname).toLowerCase();
  if (extension !== '.wasm' && !SCRIPTS.has(extension))
    throw unsupported('The artifact is no .tar.gz, no .zip, no .js, .mjs or .cjs file and no WebAssembly.');
  const entry = `index${extension}`;
  await copyFile(file, join(directory, entry));
  await chmod(join(directory, entry), 0o644);
  return entry;
}

/** Where package.json is: on top, or in the one folder that there is; a lone file is the plugin itself. */
async function packageIn(directory: string): Promise<string> {
  const entries = await readdir(directory, { withFileTypes: true });
  const [only] = entries;
  return entries.length === 1 && only !== undefined ? only.name : '';
}

async function* atMost(source: AsyncIterable<Buffer>, megabytes: number): AsyncGenerator<Buffer> {
  let left = megabytes * 2 ** 20;
  for await (const chunk of source) {
    left -= chunk.length;
    if (left < 0)
      throw new ArchiveRefused(`The archive unpacks to more than ${megabytes} MiB: POLICY_MAX_UNPACKED_MB.`);
    yield chunk;
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const MAX_MANIFEST_BYTES = 2 ** 20;

/** The licence that package.json names; null for none, or none that can be read. */
async function licenseIn(packageDir: string): Promise<unknown> {
  try {
    const path = join(packageDir, 'package.json');
    if ((await stat(path)).size > MAX_MANIFEST_BYTES) return null;
    return (JSON.parse(await readFile(path, 'utf8')) as { license?: unknown }).license ?? null;
  } catch {
    return null;
  }
}

function isDamage(error: unknown): error is Error {
  const code = (error as { code?: unknown }).code;
  return error instanceof ArchiveRefused || (typeof code === 'string' && /^(Z_|ERR_ZLIB)/.test(code));
}

function damageText(error: Error): string {
  return error instanceof ArchiveRefused
    ? error.message
    : 'The archive cannot be decompressed: it is damaged.';
}

function unsupported(message: string): Unprocessable {
  return new Unprocessable('unsupported_artifact', message, 'name');
}
