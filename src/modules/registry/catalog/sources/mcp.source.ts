import { DownloadFailed } from '../../../../platform/http/outbound/download.errors.js';
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
/** Versions of the API, the present one first; some registries have but one of them. */
const API_VERSIONS = ['v0.1', 'v0'];
/** What people copy along with the address. */
const API_PATH = /\/v0(\.1)?(\/servers)?\/*$/;
const MOST_SERVER_CHARACTERS = 64 * 1024;

/**
 * The official registry of MCP servers and those that speak as it does: `GET /v0.1/servers?cursor&limit`, in its
 * present form (`{server, _meta}` an item) and the one before (the server itself is the item).
 */
export function readMcp(task: SourceTask): Promise<Reading> {
  const { since, reading } = changesSince(task.state);
  const url = task.source.url?.replace(API_PATH, '') ?? null;
  const based = { ...task, source: { ...task.source, url } };
  return Promise.resolve(reading(since === null ? everything(based) : changes(based, since)));
}

async function* everything(task: SourceTask): AsyncGenerator<Said> {
  for await (const { item } of items(task, { version: 'latest' })) yield* said(item, task);
}

/**
 * What is the latest version of a name is asked for each name: where one version is deleted, or a newer one takes its
 * place, the registry lists the row that changed, not the row that is now the latest.
 */
async function* changes(task: SourceTask, since: string): AsyncGenerator<Said> {
  const names = new Set<string>();
  for await (const { item, path } of items(task, { updated_since: since })) {
    const name = 'server' in item ? entryName(objectOf(item['server'])['name']) : null;
    if (name === null) yield* said(item, task);
    else if (!names.has(name)) {
      names.add(name);
      const latest = await latestOf(task, path, name);
      if (latest === null) yield { gone: name };
      else yield* said(latest, task);
    }
  }
}

/** @returns null where the registry has no version of it any more */
async function latestOf(task: SourceTask, path: string, name: string): Promise<Foreign | null> {
  const { client, source, signal } = task;
  try {
    const answer = await client.page(
      source,
      `${path}/${encodeURIComponent(name)}/versions/latest`,
      {},
      signal,
    );
    return objectOf(answer['server'])['name'] === name ? answer : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** All items, by the first version of the API that the registry has. */
async function* items(
  task: SourceTask,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<{ item: Foreign; path: string }> {
  for (const version of API_VERSIONS) {
    const path = `${version}/servers`;
    let begun = false;
    try {
      for await (const page of pages(task, path, { ...query, limit: '100' })) {
        begun = true;
        for (const item of listOf(page['servers'])) yield { item: objectOf(item), path };
      }
      return;
    } catch (error) {
      if (begun || version === API_VERSIONS.at(-1) || !isMissing(error)) throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof DownloadFailed && error.reason === 'missing';
}

/** Nothing for a version that is not the newest one. */
function* said(item: Foreign, task: SourceTask): Generator<Said> {
  const server = 'server' in item ? objectOf(item['server']) : item;
  const meta = objectOf(item['_meta'] ?? server['_meta']);
  const official = objectOf(meta[OFFICIAL]);
  if (official['isLatest'] === false || official['is_latest'] === false) return;
  const name = entryName(server['name']);
  const status = official['status'] ?? server['status'];
  if (name === null) yield null;
  else if (status === 'deleted') yield { gone: name };
  else yield { entry: { ...entryOf(name, server, task), deprecated: deprecation(status, official) } };
}

function deprecation(status: unknown, official: Foreign): string | null {
  if (status !== 'deprecated') return null;
  return textOf(official['statusMessage'], LIMITS.description) ?? 'Its publisher has deprecated it.';
}

function entryOf(name: string, server: Foreign, { npmRegistries }: SourceTask): CatalogEntry {
  const repository = linkOf(objectOf(server['repository'])['url']);
  const title = textOf(server['title'], LIMITS.title);
  const onNpm = listOf(server['packages']).map(objectOf).filter(isNpm);
  const npm = onNpm.find((one) => isOurs(one, npmRegistries));
  // Under the same name another registry has somebody else's package: then there is none to install by that name.
  const elsewhere = npm ? undefined : onNpm[0];
  return draftEntry(
    {
      ...{ name, kind: 'mcp', category: 'mcp-server' },
      ...(title !== null && { displayName: title }),
      description: textOf(server['description'], LIMITS.description) ?? '',
      gitRepo: gitHubRepositoryOf(repository),
      ...(repository !== null && { repository }),
      homepage: linkOf(server['websiteUrl'] ?? server['website_url']),
      ...(elsewhere && { notInstallable: otherRegistry(elsewhere) }),
      ...serverDocument(server),
    },
    {
      name: entryName(npm?.['identifier'] ?? npm?.['name']),
      version: versionOf(npm ? npm['version'] : server['version']),
    },
  );
}

function isNpm(one: Foreign): boolean {
  return (one['registryType'] ?? one['registry_type'] ?? one['registry_name']) === 'npm';
}

function isOurs(one: Foreign, npmRegistries: readonly string[]): boolean {
  const address = baseUrlOf(one);
  return address === undefined || npmRegistries.includes(withoutSlash(address));
}

function baseUrlOf(one: Foreign): unknown {
  return one['registryBaseUrl'] ?? one['registry_base_url'] ?? undefined;
}

function withoutSlash(address: unknown): string {
  return (linkOf(address) ?? '').replace(/\/+$/, '');
}

function otherRegistry(one: Foreign): string {
  const name = entryName(one['identifier'] ?? one['name']) ?? '';
  const address = linkOf(baseUrlOf(one));
  if (address === null || name === '') return 'Its package is on a registry whose address cannot be read.';
  const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : null;
  const way =
    scope === null
      ? 'Install it by that name where NPM_REGISTRY is that registry.'
      : `Add the line ${scope}:registry=${address} to the server's .npmrc, and install it by that name.`;
  return `Its package "${name}" is on ${address}, another registry than this server's. ${way}`;
}

/** As the registry has it, for those who run it another way; nothing where it is too large. */
function serverDocument(server: Foreign): { server?: string } {
  const text = JSON.stringify(server);
  return text.length > MOST_SERVER_CHARACTERS ? {} : { server: text };
}
