/**
 * `npm run openapi`: writes `openapi.yaml` from the decorators; needs no database. `--check` writes nothing and
 * fails when the file is not what the decorators say.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { buildIfStale } from './build-if-stale.mjs';

const file = fileURLToPath(new URL('../openapi.yaml', import.meta.url));

await buildIfStale();
const { createPreview } = await import('../dist/src/app.js');
const { createDocument } = await import('../dist/src/openapi.js');
const app = await createPreview();
const text = stringify(createDocument(app), {
  lineWidth: 110,
  aliasDuplicateObjects: false,
  blockQuote: 'literal',
  // Readers of YAML 1.1 take plain timestamps for dates.
  compat: 'yaml-1.1',
});
if (!process.argv.includes('--check')) await writeFile(file, text);
else if (text !== (await readFile(file, 'utf8').catch(() => ''))) {
  console.error('openapi.yaml is not what the decorators say: run "npm run openapi" and commit it.');
  process.exitCode = 1;
}
