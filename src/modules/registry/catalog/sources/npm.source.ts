import type { CatalogEntry } from '../catalog-entry.js';
import { categoryOf, draftEntry, entryName, LIMITS } from './catalog-draft.js';
import {
  countOf,
  gitHubRepositoryOf,
  linkOf,
  listOf,
  objectOf,
  textOf,
  textsOf,
  versionOf,
} from './entry-fields.js';
import type { Reading, Said, SourceTask } from './source-reading.js';

const PAGE = 250;

/** Packages of an npm registry that have a keyword, by its search endpoint (`/-/v1/search`). */
export function readNpm(task: SourceTask): Promise<Reading> {
  return Promise.resolve({ said: found(task), state: {} });
}

async function* found({ source, client, signal }: SourceTask): AsyncGenerator<Said> {
  for (let from = 0, total = Infinity; from < total; from += PAGE) {
    const query = { text: `keywords:${source.keyword ?? ''}`, size: String(PAGE), from: String(from) };
    const page = await client.page(source, '-/v1/search', query, signal);
    const objects = listOf(page['objects']);
    total = objects.length === 0 ? 0 : countOf(page['total']);
    for (const one of objects) {
      const entry = entryOf(objectOf(one));
      yield entry && { entry };
    }
  }
}

function entryOf(found: ReturnType<typeof objectOf>): CatalogEntry | null {
  const manifest = objectOf(found['package']);
  const name = entryName(manifest['name']);
  if (name === null) return null;
  const links = objectOf(manifest['links']);
  const keywords = textsOf(manifest['keywords'], LIMITS.words, LIMITS.word);
  return draftEntry(
    {
      ...{ name, kind: 'agent', category: categoryOf(name), tags: keywords, topics: keywords },
      description: textOf(manifest['description'], LIMITS.description) ?? '',
      gitRepo: gitHubRepositoryOf(links['repository']),
      ...(linkOf(links['repository']) !== null && { repository: linkOf(links['repository']) }),
      homepage: linkOf(links['homepage']),
      author:
        textOf(objectOf(manifest['author'])['name'], LIMITS.title) ??
        textOf(objectOf(manifest['publisher'])['username'], LIMITS.title),
      license: textOf(manifest['license'], LIMITS.word),
    },
    { name, versions: generationOf(versionOf(manifest['version'])) },
  );
}

/** npm knows no generations of a framework: the newest version stands for the one that its number says. */
function generationOf(version: string | null): { v0?: string; v1?: string; v2?: string } {
  if (version === null) return {};
  const major = Number.parseInt(version, 10);
  return major === 0 ? { v0: version } : major === 1 ? { v1: version } : { v2: version };
}
