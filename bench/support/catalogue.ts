import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const WORDS = 'garden water soil plant light seed leaf root rain sun pump valve drone mast tide wind'.split(
  ' ',
);

/** A generated catalogue's entry number `i`; every tenth one differs between editions. */
function generatedEntry(i: number, edition: number): [name: string, value: object] {
  const word = (n: number): string => WORDS[Math.abs(i * 31 + n * 17) % WORDS.length] ?? '';
  const name = `@${word(1)}-${word(2)}/plugin-${word(3)}-${i}`;
  const version = `1.${i % 40}.${i % 10 === 0 ? edition : 0}`;
  const value = {
    git: {
      repo: `${word(1)}/${word(3)}-${i}`,
      v1: { version, branch: 'main' },
      alpha: { version: null, branch: null },
    },
    npm: { repo: name, v0: null, v1: version, alpha: null, v0CoreRange: null, v1CoreRange: '^1.0.0' },
    supports: { v0: false, v1: true, alpha: false },
    description: Array.from({ length: 12 }, (_, n) => word(n)).join(' '),
    homepage: null,
    topics: [word(4), word(5), word(6)],
    stargazers_count: i % 1_000,
    language: i % 4 === 0 ? null : 'TypeScript',
  };
  return [name, value];
}

/** Names and values of a generated catalogue, the same each time for the same edition. */
export function* generatedEntries(
  entries: number,
  edition: number,
): Generator<[name: string, value: object]> {
  for (let i = 0; i < entries; i++) yield generatedEntry(i, edition);
}

/** Writes a generated catalogue to a file. */
export async function writeCatalogue(file: string, entries: number, edition: number): Promise<void> {
  const out = createWriteStream(file);
  let separator = '{"lastUpdatedAt":"2026-01-15T08:00:00.000Z","registry":{';
  for (const [name, value] of generatedEntries(entries, edition)) {
    if (!out.write(`${separator}\n${JSON.stringify(name)}:${JSON.stringify(value)}`))
      await once(out, 'drain');
    separator = ',';
  }
  out.end('}}');
  await once(out, 'close');
}
