/**
 * Writes what src/config.ts says of the settings into `.env.example` and the README's table. `--check` writes
 * nothing and fails when one of them says something else.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build-if-stale.mjs';

await buildIfStale();
const { SETTINGS } = await import('../dist/src/config.js');
const settings = Object.entries(SETTINGS);

const example = settings.map(([name, { doc, fallback }]) => `# ${doc}\n#${name}=${fallback}\n`).join('\n');
const rows = settings.map(
  ([name, { doc, fallback }]) => `| \`${name}\` | ${fallback && `\`${fallback}\``} | ${doc} |`,
);
const table = ['| setting | default | |', '| --- | --- | --- |', ...rows].join('\n');

await put('.env.example', () => example);
await put('README.md', (text) =>
  text.replace(/(?<=<!-- settings -->)[^]*(?=<!-- \/settings -->)/, () => `\n\n${table}\n\n`),
);

async function put(name, change) {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const present = await readFile(path, 'utf8').catch(() => '');
  const wanted = change(present);
  if (wanted === present) return;
  if (!process.argv.includes('--check')) return writeFile(path, wanted);
  console.error(
    `${name} is not what src/config.ts says: run "node scripts/settings-docs.mjs" and commit it.`,
  );
  process.exitCode = 1;
}
