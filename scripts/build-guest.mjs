/**
 * Bundles the program that plugins run in: one file and a few that only some plugins need. As separate modules it
 * takes 6 ms longer to start (`npm run bench -- enable`). The files end in .mjs so that they are ES modules wherever
 * they are copied to.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outdir = `${root}dist/src/runtime/guest-program`;

/** How we bundle for Node. */
export const BUNDLE = {
  bundle: true,
  splitting: true,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
};

export async function buildGuest() {
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['src/runtime/guest/main.ts'],
    outdir,
    ...BUNDLE,
  });
}
