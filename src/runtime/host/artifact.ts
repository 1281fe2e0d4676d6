import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PluginFormat } from '../protocol.js';
import { ChecksumMismatch, PathNotFound, UnsupportedArtifact } from './errors.js';
import { type Manifest, readManifest } from './manifest.js';
import { isNative, refuseNative } from './native-library.js';
import { packageEntry } from './package-entry.js';
import { realPathInside } from './real-path.js';

/** What a path turned out to be. */
export interface Artifact {
  format: PluginFormat;
  /** Real path of the file that is loaded. */
  entry: string;
  /** Real path of the package, null for a plugin that is one file. */
  packageDir: string | null;
  manifest: Manifest | null;
}

const SCRIPTS = new Set(['.js', '.mjs', '.cjs']);
const WASM_MAGIC = 0x0061736d;

/**
 * Looks at what lies at `path` and says how it is loaded. Nothing of it is run.
 * @throws PathOutsideRoots, PathNotFound, UnsupportedArtifact (the message names what would be right)
 */
export async function inspectArtifact(path: string, roots: readonly string[]): Promise<Artifact> {
  const real = await realPathInside(path, roots);
  const found = await stat(real).catch(() => null);
  if (found?.isFile())
    return { format: await fileFormat(real), entry: real, packageDir: null, manifest: null };
  if (!found?.isDirectory()) throw new PathNotFound();
  const manifest = await readManifest(real);
  const named = await packageEntry(real, manifest?.packageJson ?? {});
  const entry = await realPathInside(named, [...roots, real]);
  return { format: await fileFormat(entry), entry, packageDir: real, manifest };
}

/**
 * SHA-256 of a file, hex.
 * @throws ChecksumMismatch when `expected` is given and differs
 */
export async function fileDigest(path: string, expected?: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const digest = hash.digest('hex');
  if (expected !== undefined && expected.toLowerCase() !== digest)
    throw new ChecksumMismatch(expected, digest);
  return digest;
}

async function fileFormat(path: string): Promise<PluginFormat> {
  const head = await firstBytes(path);
  if (isNative(head)) throw await refuseNative(path);
  const extension = extname(path).toLowerCase();
  if (head.length >= 4 && head.readUInt32BE(0) === WASM_MAGIC) return wasmFormat(head);
  if (extension === '.wasm')
    throw new UnsupportedArtifact(
      'The file is named .wasm but is not WebAssembly: it does not begin with "\\0asm".',
    );
  if (SCRIPTS.has(extension)) return 'javascript';
  if (/^\.[mc]?tsx?$/.test(extension))
    throw new UnsupportedArtifact('TypeScript is not loaded as it is: compile it to .js first.');
  throw new UnsupportedArtifact(
    'A plugin is a .js, .mjs, .cjs or .wasm file, or a directory with a package.json that leads to one.',
  );
}

function wasmFormat(head: Buffer): PluginFormat {
  if (head.length >= 8 && head.readUInt32LE(4) === 1) return 'wasm';
  throw new UnsupportedArtifact(
    'This WebAssembly file is not a core module of version 1 (a component, perhaps): build a plain module.',
  );
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) throw new PathNotFound();
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
