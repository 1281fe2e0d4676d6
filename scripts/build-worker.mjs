/**
 * Bundles the program of the thread that checks JSON schemas: one file, beside the module that starts the thread,
 * whether the server itself is bundled or not.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from './build-guest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = 'src/modules/plugins/settings/schema-worker';

export async function buildWorker() {
  await build({
    absWorkingDir: root,
    entryPoints: [`${PROGRAM}.ts`],
    outdir: dirname(`dist/${PROGRAM}`),
    ...BUNDLE,
    splitting: false,
  });
}
