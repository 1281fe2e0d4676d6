/**
 * Bundles the server with the packages that it always loads into `dist/server/`: more than a thousand modules one by
 * one take Node longer to find and read than all the rest of a start (`npm run bench -- startup`). What is imported
 * only when it is needed stays a package or, where it is ours, a file of its own.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from './build-guest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = `${root}dist/server`;
const OURS = /[\\/]dist[\\/]src[\\/].*\.js$/;
const NAME_IT = 'var __name = (target, value) => ';

export async function buildServer() {
  rmSync(outdir, { recursive: true, force: true });
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/main.js', 'dist/src/token.js'],
    outdir,
    ...BUNDLE,
    write: false,
    // The document's schemas and the log are called after classes.
    keepNames: true,
    // Decorators that the compiler plugin adds to ours may say a thing twice.
    logOverride: { 'duplicate-object-key': 'silent' },
    // For the packages in CommonJS.
    banner: {
      js: `import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);`,
    },
    plugins: [
      { name: 'packages', setup: keepPackages },
      { name: 'places', setup: keepPlaces },
    ],
  });
  if (!outputFiles.some(({ text }) => text.includes(NAME_IT))) throw new Error(`no output has ${NAME_IT}`);
  mkdirSync(outdir);
  for (const { path, text } of outputFiles) writeFileSync(path, nameOnlyTheRenamed(text));
}

/**
 * The bundler gives every class its name again, though only a few had to be renamed. V8 never optimises what makes an
 * instance of a class whose name was set: requests would take half as long again.
 */
function nameOnlyTheRenamed(text) {
  return text.replace(NAME_IT, `${NAME_IT}target.name === value ? target : `);
}

/**
 * Leaves alone the packages that are not there (frameworks look for optional ones) and those that we load on demand.
 * What a framework loads on demand is ours as well: it must get the same copy.
 */
function keepPackages(bundler) {
  bundler.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
    if (pluginData === keepPackages || kind === 'entry-point') return undefined;
    if (kind === 'dynamic-import' && OURS.test(importer)) return { path, external: true };
    const found = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: keepPackages });
    return found.errors.length > 0 ? { path, external: true } : undefined;
  });
}

/** Files that ours name by their place relative to themselves lie where they did. */
function keepPlaces(bundler) {
  bundler.onLoad({ filter: OURS }, ({ path }) => {
    const place = relative(outdir, path).replaceAll('\\', '/');
    const contents = readFileSync(path, 'utf8');
    return {
      contents: contents.replaceAll('import.meta.url', `new URL('${place}', import.meta.url).href`),
      resolveDir: dirname(path),
    };
  });
}
