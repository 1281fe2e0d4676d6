import type { CatalogEntry } from '../catalog-entry.js';
import { draftEntry, entryName, LIMITS } from './catalog-draft.js';
import {
  type Foreign,
  gitHubRepositoryOf,
  linkOf,
  listOf,
  objectOf,
  textOf,
  versionOf,
} from './entry-fields.js';
import { pages } from './pages.js';
import type { Reading, Said, SourceTask } from './source-reading.js';
import { changesSince } from './updated-since.js';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

/**
 * The official registry of MCP servers and those that speak as it does: `GET /v0/servers?cursor&limit`, in its
 * present form (`{server, _meta}` an item) and the one before (the server itself is the item).
 */
export function readMcp(task: SourceTask): Promise<Reading> {
  const { since, reading } = changesSince(task.state);
  return Promise.resolve(reading(servers(task, since)));
}

async function* servers(task: SourceTask, since: string | null): AsyncGenerator<Said> {
  const query = { version: 'latest', limit: '100', ...(since !== null && { updated_since: since }) };
  for await (const page of pages(task, 'v0/servers', query))
    for (const item of listOf(page['servers'])) yield* said(objectOf(item));
}

/** Nothing for a version that is not the newest one. */
function* said(item: Foreign): Generator<Said> {
  const server = 'server' in item ? objectOf(item['server']) : item;
  const meta = objectOf(item['_meta'] ?? server['_meta']);
  const official = objectOf(meta[OFFICIAL]);
  if (official['isLatest'] === false || official['is_latest'] === false) return;
  const name = entryName(server['name']);
  const status = official['status'] ?? server['status'];
  if (name === null) yield null;
  else if (status === 'deleted') yield { gone: name };
  else yield { entry: entryOf(name, server, status === 'deprecated', official['statusMessage']) };
}

function entryOf(name: string, server: Foreign, deprecated: boolean, message: unknown): CatalogEntry {
  const repository = linkOf(objectOf(server['repository'])['url']);
  const packages = listOf(server['packages']).map(objectOf);
  const npm = packages.find(
    (one) => (one['registryType'] ?? one['registry_type'] ?? one['registry_name']) === 'npm',
  );
  const version = npm ? versionOf(npm['version']) : null;
  return draftEntry(
    {
      ...{ name, kind: 'mcp', category: 'mcp-server' },
      ...(textOf(server['title'], LIMITS.title) !== null && {
        displayName: textOf(server['title'], LIMITS.title) ?? name,
      }),
      description: textOf(server['description'], LIMITS.description) ?? '',
      gitRepo: gitHubRepositoryOf(repository),
      ...(repository !== null && { repository }),
      homepage: linkOf(server['websiteUrl'] ?? server['website_url']),
      deprecated: deprecated
        ? (textOf(message, LIMITS.description) ?? 'Its publisher has deprecated it.')
        : null,
    },
    { name: entryName(npm?.['identifier'] ?? npm?.['name']), versions: { v2: version } },
  );
}
