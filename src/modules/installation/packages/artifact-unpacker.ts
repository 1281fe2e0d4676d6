import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Unprocessable } from '../../../platform/http/errors.js';
import { ArchiveRefused, checkRatio, checkUnpackedSize } from './archive-entry.js';
import { ACCEPTED_FORMATS, archiveFormat, foreignFormat, HEAD_BYTES } from './archive-format.js';
import type { BuiltPackage } from './package-builder.js';
import { type PolicySettings, enforce } from './package-policy.js';
import { checkEnd } from './tar-headers.js';
import { unpackTar } from './tar-unpacker.js';
import { recordTree } from './tree-digest.js';
import { unpackZip, type ZipLimits } from './zip-unpacker.js';

const SCRIPTS = new Set(['.js', '.mjs', '.cjs']);
const WASM = '0061736d';
/** What desktop systems leave beside what people pack: Finder, the Windows shell. */
const OF_DESKTOPS = /^(__MACOSX|\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)$/i;

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
  const format = archiveFormat(head);
  if (format === null) return loneFile(head, { file, url, directory });
  if (format === 'zip') await unpackZip(file, directory, limitsOf(policy));
  else await unpackTarFile(file, format === 'tar', directory, limitsOf(policy));
  return packageIn(directory);
}

async function unpackTarFile(
  file: string,
  isPlain: boolean,
  directory: string,
  { maxFiles, maxMegabytes }: ZipLimits,
): Promise<void> {
  const { size } = await stat(file);
  const bytes = createReadStream(file);
  const gunzip = isPlain ? null : createGunzip();
  // Errors of the one end the other.
  const tar = gunzip ? pipeline(bytes, gunzip, () => undefined) : bytes;
  try {
    await unpackTar(weighed(tar, size, maxMegabytes), directory, maxFiles);
    // Zeros end the decompression, whatever follows them.
    if (gunzip)
      for await (const rest of createReadStream(file, { start: gunzip.bytesWritten }))
        checkEnd(rest as Buffer);
  } finally {
    bytes.destroy();
    tar.destroy();
  }
}

function limitsOf(policy: PolicySettings): ZipLimits {
  return { maxFiles: policy.POLICY_MAX_FILES, maxMegabytes: policy.POLICY_MAX_UNPACKED_MB };
}

/** @returns its name in the directory */
async function loneFile(head: Buffer, { file, url, directory }: Omit<UnpackTask, 'name'>): Promise<string> {
  const isWasm = head.toString('hex').startsWith(WASM);
  const foreign = foreignFormat(head);
  if (foreign !== null)
    throw unsupported(`The artifact is packed with ${foreign}: pack it as ${ACCEPTED_FORMATS}.`);
  const extension = isWasm ? '.wasm' : extname(new URL(url).pathname).toLowerCase();
  if (extension !== '.wasm' && !SCRIPTS.has(extension))
    throw unsupported(
      `The artifact is no archive, no .js, .mjs or .cjs file and no WebAssembly: publish one of these, or ${ACCEPTED_FORMATS}.`,
    );
  const entry = `index${extension}`;
  await copyFile(file, join(directory, entry));
  await chmod(join(directory, entry), 0o644);
  return entry;
}

/**
 * Where package.json is: on top, or in the one folder that there is; a lone file is the plugin itself. What only desktop
 * systems make does not count.
 */
async function packageIn(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => !OF_DESKTOPS.test(name));
  return names.length === 1 ? (names[0] ?? '') : '';
}

/** @param packed size of the archive, in bytes */
async function* weighed(
  source: AsyncIterable<Buffer>,
  packed: number,
  maxMegabytes: number,
): AsyncGenerator<Buffer> {
  let unpacked = 0;
  for await (const chunk of source) {
    unpacked += chunk.length;
    checkUnpackedSize(unpacked, maxMegabytes);
    checkRatio(unpacked, packed);
    yield chunk;
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
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
