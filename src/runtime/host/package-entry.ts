import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PathOutsideRoots, UnsupportedArtifact } from './errors.js';
import { isObject } from './manifest.js';
import { isInside } from './real-path.js';

const CONDITIONS = new Set(['import', 'node', 'module-sync', 'default']);
const INDEX = ['index.js', 'index.mjs', 'index.cjs'];

/**
 * Finds the module that `import` would load from a package: `exports` (conditions import, node, default, in
 * the package's own order), `main`, `module`, then index files. Node's rules except `module`, which bundlers
 * know and some packages have alone. https://nodejs.org/api/packages.html#package-entry-points
 * @returns absolute path of a file below `packageDir`, links not followed yet
 * @throws UnsupportedArtifact when the package names none that exists, PathOutsideRoots when it names one outside
 */
export async function packageEntry(
  packageDir: string,
  packageJson: Record<string, unknown>,
): Promise<string> {
  const exported = mainExport(packageJson.exports);
  if (packageJson.exports !== undefined && packageJson.exports !== null) {
    if (exported && (await isFile(join(packageDir, exported)))) return join(packageDir, exported);
    throw missing(
      exported ? `"exports" names ${exported}, which is not there` : '"exports" has no entry to import',
    );
  }
  for (const named of [packageJson.main, packageJson.module]) {
    if (typeof named !== 'string' || named === '') continue;
    // Before looking: whether something is there, out of the package, is nobody's business.
    if (!isInside(join(packageDir, named), packageDir)) throw new PathOutsideRoots();
    const found = await firstFile(packageDir, [named, `${named}.js`, ...INDEX.map((i) => join(named, i))]);
    if (found) return found;
  }
  const found = await firstFile(packageDir, INDEX);
  if (found) return found;
  const { main } = packageJson;
  throw missing(typeof main === 'string' ? `"main" names ${main}, which is not there` : 'it names no entry');
}

const missing = (why: string): UnsupportedArtifact =>
  new UnsupportedArtifact(
    `The package has no code to load: ${why}. Build it first, or point "exports" or "main" at the built file.`,
  );

/** The target of "." under our conditions, or null. */
function mainExport(target: unknown): string | null {
  if (typeof target === 'string') return target.startsWith('./') && !target.includes('/../') ? target : null;
  if (Array.isArray(target)) return firstOf(target.map(mainExport));
  if (!isObject(target)) return null;
  if (Object.keys(target).some((key) => key.startsWith('.'))) return mainExport(target['.']);
  return firstOf(
    Object.entries(target)
      .filter(([condition]) => CONDITIONS.has(condition))
      .map(([, nested]) => mainExport(nested)),
  );
}

const firstOf = (found: (string | null)[]): string | null => found.find((path) => path !== null) ?? null;

async function firstFile(folder: string, names: string[]): Promise<string | null> {
  for (const name of names) if (await isFile(join(folder, name))) return join(folder, name);
  return null;
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ?? false;
}
