import { BadGateway } from '../../../../platform/http/errors.js';
import { type CatalogEntry, GENERATIONS, type Generation } from '../catalog-entry.js';
import { categoryOf, draftEntry, entryName, LIMITS, type Versions } from './catalog-draft.js';
import {
  countOf,
  type Foreign,
  gitHubRepositoryOf,
  linkOf,
  objectOf,
  repositoryOf,
  textOf,
  textsOf,
  versionOf,
} from './entry-fields.js';
import { type JsonMember, jsonMembers, MalformedJson } from './json-members.js';
import type { Reading, Said, SourceTask } from './source-reading.js';

const MEMBER_LIMITS = { bytes: 64 * 1024, depth: 16 };

/**
 * The catalogue of the ElizaOS community in both of its dialects: `{registry: {name: {git, npm, supports, …}}}`
 * (generated-registry.json), and `{name: "github:owner/repo#branch:path"}` (index.json).
 */
export async function readEliza({ source, state, client, signal }: SourceTask): Promise<Reading> {
  const opened = await client.open(source, state, signal);
  return { said: opened.body && entriesIn(opened.body, source.label), state: opened.state };
}

async function* entriesIn(body: AsyncIterable<Buffer>, label: string): AsyncGenerator<Said> {
  try {
    for await (const member of jsonMembers(body, 'registry', MEMBER_LIMITS)) {
      if (isAbout(member)) yield entryOf(member);
    }
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    throw new BadGateway(
      'catalogue_refresh_failed',
      `The answer of "${label}" is no catalogue. ${error.message}`,
    );
  }
}

/** Beside the entries there are members of other kinds, such as `lastUpdatedAt`. */
function isAbout({ value }: JsonMember): boolean {
  return typeof value !== 'string' || /^[a-z+]+:/i.test(value);
}

function entryOf({ key, value }: JsonMember): Said {
  const name = entryName(key);
  if (name === null) return null;
  if (typeof value === 'string') return referenceEntry(name, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return { entry: generatedPlugin(name, value as Foreign) };
}

/** `github:owner/repo`, with `#branch`, `#branch:path` or `#branch/path` behind it. */
function referenceEntry(name: string, reference: string): Said {
  const [address = '', fragment = ''] = reference.split('#', 2);
  const gitRepo = gitHubRepositoryOf(address);
  if (gitRepo === null) return null;
  const [branch, ...path] = fragment.split(/[:/]/).filter((part) => part !== '');
  const entry = draftEntry(
    {
      ...{ name, kind: 'agent', category: categoryOf(name), gitRepo },
      repository: linkOf(
        `https://github.com/${gitRepo}${branch ? ['/tree', branch, ...path].join('/') : ''}`,
      ),
    },
    { name, unversioned: true },
  );
  return { entry };
}

/** An entry of the first dialect. */
export function generatedPlugin(name: string, value: Foreign): CatalogEntry {
  const [git, npm, supports] = [objectOf(value['git']), objectOf(value['npm']), objectOf(value['supports'])];
  const topics = textsOf(value['topics'], LIMITS.words, LIMITS.word);
  return draftEntry(
    {
      ...{ name, kind: 'agent', category: textOf(value['category'], LIMITS.word) ?? categoryOf(name) },
      description: textOf(value['description'], LIMITS.description) ?? '',
      ...{ topics, tags: topics },
      gitRepo: repositoryOf(git['repo']) ?? gitHubRepositoryOf(git['repo']),
      homepage: linkOf(value['homepage']),
      stars: countOf(value['stargazers_count']),
      language: textOf(value['language'], LIMITS.word),
      supports: ofGenerations((key) => (supports[key] === true ? true : null), false),
    },
    {
      name: entryName(npm['repo']) ?? name,
      versions: versionsOf((key) => versionOf(npm[key])),
      ranges: versionsOf((key) => textOf(npm[`${key}CoreRange`], LIMITS.word)),
      branches: versionsOf((key) => textOf(objectOf(git[key])['branch'], LIMITS.title)),
    },
  );
}

/** The newest generation goes by two names. */
const KEYS: { readonly [G in Generation]: readonly string[] } = {
  v0: ['v0'],
  v1: ['v1'],
  v2: ['v2', 'alpha'],
};

function ofGenerations<T>(read: (key: string) => T | null, none: T): Record<Generation, T> {
  const value = (generation: Generation): T =>
    KEYS[generation].map(read).find((found) => found !== null) ?? none;
  return Object.fromEntries(GENERATIONS.map((one) => [one, value(one)])) as Record<Generation, T>;
}

function versionsOf(read: (key: string) => string | null): Versions {
  return ofGenerations<string | null>(read, null);
}
