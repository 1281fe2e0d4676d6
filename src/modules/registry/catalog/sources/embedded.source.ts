import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { GENERATIONS, type Generation } from '../catalog-entry.js';
import { categoryOf, draftEntry, type Versions } from './catalog-draft.js';
import { gitHubRepositoryOf, linkOf } from './entry-fields.js';
import type { Reading, Said, SourceTask } from './source-reading.js';

const FILE = new URL('./embedded-catalog.json', import.meta.url);

/** What `scripts/embedded-catalog.mjs` wrote. */
interface EmbeddedCatalog {
  /** Day on which the registry was asked, `2026-11-29`. */
  date: string;
  packages: EmbeddedPackage[];
}

interface EmbeddedPackage {
  name: string;
  description?: string;
  keywords?: string[];
  author?: string;
  license?: string;
  homepage?: string;
  repository?: string;
  /** Newest version for each generation of the framework, and the range of the core that it needs. */
  generations: { readonly [G in Generation]?: { version: string; core?: string } };
}

/** Reads the catalog that comes with the server: something to search before another catalog is configured or reachable. */
export async function readEmbedded({ state }: SourceTask): Promise<Reading> {
  const { date, packages } = JSON.parse(await readFile(FILE, 'utf8')) as EmbeddedCatalog;
  return { said: state['date'] === date ? null : Readable.from(packages.map(entryOf)), state: { date } };
}

function entryOf(one: EmbeddedPackage): Said {
  const { name, description = '', keywords = [], author = null, license = null, generations } = one;
  const entry = draftEntry(
    {
      ...{ name, kind: 'agent', category: categoryOf(name), description, author, license },
      ...{ tags: keywords, topics: keywords },
      gitRepo: gitHubRepositoryOf(one.repository),
      homepage: linkOf(one.homepage),
      language: 'TypeScript',
      supports: { v0: 'v0' in generations, v1: 'v1' in generations, v2: 'v2' in generations },
    },
    {
      name,
      versions: byGeneration((generation) => generations[generation]?.version),
      ranges: byGeneration((generation) => generations[generation]?.core),
    },
  );
  return { entry };
}

function byGeneration(valueOf: (generation: Generation) => string | undefined): Versions {
  return Object.fromEntries(GENERATIONS.map((generation) => [generation, valueOf(generation) ?? null]));
}
