import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { Unprocessable } from '../../platform/http/errors.js';

/** `if-needed`: where there are TypeScript sources and nothing built but what was bundled from them before. */
export type Bundling = 'if-needed' | 'always' | 'never';

const OUTPUT = 'index.plugboard.mjs';
const SOURCES = ['src/index.ts', 'src/index.mts', 'src/index.tsx', 'src/main.ts', 'index.ts', 'index.mts'];
const BUILT = ['index.js', 'index.mjs', 'index.cjs'];
const LONGEST_MESSAGE = 300;
/** Bundles being made; the bundler's process ends with the last of them. */
let underWay = 0;

type Json = Record<string, unknown>;

/**
 * Bundles a package's TypeScript into one module and makes that its entry. Packages it imports stay outside; files that
 * lie out of `folder` are refused, because the bundler runs with the server's rights and the plugin does not.
 * @throws Unprocessable `build_failed` with each error and its place
 */
export async function bundle(folder: string, bundling: Bundling): Promise<void> {
  if (bundling === 'never') return;
  const manifest = await readManifest(folder);
  const named = entriesOf(manifest);
  const built = await firstFile(
    folder,
    (named.length > 0 ? named : BUILT).filter((path) => !isTypeScript(path) && basename(path) !== OUTPUT),
  );
  if (built !== null && bundling === 'if-needed') return;
  const entry = await firstFile(folder, [...named.filter(isTypeScript), ...SOURCES]);
  if (entry === null && bundling === 'if-needed') return;
  if (entry === null)
    throw new Unprocessable('build_failed', `There is no TypeScript entry: none of ${SOURCES.join(', ')}.`);
  await bundleEntry(folder, entry);
  const { exports: _exports, module: _module, ...rest } = manifest;
  await put(join(folder, 'package.json'), JSON.stringify({ ...rest, main: `./${OUTPUT}` }, null, 2));
}

/** Replaces a file, or a link that a build script has put in its place; what such a link leads to is left alone. */
async function put(path: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, content, { flag: 'wx' });
  await rename(fresh, path);
}

async function bundleEntry(folder: string, entry: string): Promise<void> {
  const real = await realpath(folder);
  // Loaded when needed: most servers never bundle anything.
  const { build, stop } = await import('esbuild');
  underWay += 1;
  try {
    const { outputFiles } = await build({
      absWorkingDir: real,
      entryPoints: [join(real, entry)],
      outfile: join(real, OUTPUT),
      write: false,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'silent',
      // A tsconfig.json may lead to files elsewhere.
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
      plugins: [only(real)],
    });
    for (const { path, contents } of outputFiles) await put(path, contents);
  } catch (error) {
    throw buildFailed(error);
  } finally {
    underWay -= 1;
    if (underWay === 0) await stop();
  }
}

/** Lets the bundler read nothing but what really lies in the folder. */
function only(folder: string): Plugin {
  return {
    name: 'only-the-package',
    setup(builder) {
      builder.onLoad({ filter: /.*/ }, async ({ path }) => {
        const way = relative(folder, await realpath(path));
        if (!way.startsWith('..') && !isAbsolute(way)) return undefined;
        return { errors: [{ text: 'A file out of the package cannot be part of it.' }] };
      });
    },
  };
}

function buildFailed(error: unknown): Unprocessable {
  const errors = (error as { errors?: { text: string; location: { file: string; line: number } | null }[] })
    .errors;
  const problems = (errors ?? []).slice(0, 20).map(({ text, location }) => ({
    field: location ? `${location.file}:${location.line}` : 'builder',
    message: text.slice(0, LONGEST_MESSAGE),
  }));
  const first = problems[0];
  const cause = first ? `${first.field}: ${first.message}` : 'the bundler could not be started';
  return new Unprocessable('build_failed', `The local copy does not build: ${cause}`, '', problems, {
    cause: error,
  });
}

/** What package.json names as its code, in its order. */
function entriesOf({ exports, main, module }: Json): string[] {
  const leaves = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    if (typeof value !== 'object' || value === null) return [];
    const branches = Object.entries(value).filter(([key]) => key !== 'types' && key !== 'require');
    const own = branches.find(([key]) => key === '.');
    return own ? leaves(own[1]) : branches.flatMap(([, nested]) => leaves(nested));
  };
  const named = [...leaves(exports), main, module];
  return named.filter(
    (path): path is string => typeof path === 'string' && path !== '' && !path.split(/[\\/]/).includes('..'),
  );
}

const isTypeScript = (path: string): boolean => /(?<!\.d)\.[mc]?tsx?$/.test(path);

async function firstFile(folder: string, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await stat(join(folder, path)).catch(() => null))?.isFile()) return path;
  return null;
}

async function readManifest(folder: string): Promise<Json> {
  try {
    const file = await open(join(folder, 'package.json'), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return JSON.parse(await file.readFile('utf8')) as Json;
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new Unprocessable('build_failed', 'The local copy has no package.json that can be read.', '', [], {
      cause,
    });
  }
}
