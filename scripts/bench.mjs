/**
 * Lists and runs the benchmarks: `npm run bench` runs all, `npm run bench -- NAME...` those named, `--list` only
 * lists them. A benchmark is `bench/<name>.bench.ts` with `export const title` and
 * `export async function run(options: string[]): Promise<void>`, which prints its table. What stands behind a `--` of
 * its own (`npm run bench -- NAME -- OPTIONS`) is passed on.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

const folder = fileURLToPath(new URL('../dist/bench/', import.meta.url));
const ENDING = '.bench.js';

await build();
const given = process.argv.slice(2);
const dash = given.indexOf('--');
const [chosenNames, passedOn] = dash === -1 ? [given, []] : [given.slice(0, dash), given.slice(dash + 1)];
const names = existsSync(folder)
  ? readdirSync(folder, { recursive: true })
      .filter((file) => file.endsWith(ENDING))
      .map((file) => file.slice(0, -ENDING.length).replaceAll('\\', '/'))
      .sort()
  : [];
const wanted = chosenNames.filter((argument) => argument !== '--list');
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${names.join(', ') || 'none'}.`);
  process.exit(2);
}

const benches = await Promise.all(names.map(load));
const width = Math.max(0, ...names.map((name) => name.length));
for (const { name, title } of benches) console.log(`${name.padEnd(width)}  ${title}`);
if (!process.argv.includes('--list')) {
  const chosen = benches.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const { title, run } of chosen) {
    console.log(`\n${title}\n`);
    await run(passedOn);
  }
}

async function load(name) {
  const { title, run } = await import(pathToFileURL(`${folder}${name}${ENDING}`).href);
  if (typeof title !== 'string' || typeof run !== 'function')
    throw new TypeError(`bench/${name}.bench.ts must export title and run`);
  return { name, title, run };
}
