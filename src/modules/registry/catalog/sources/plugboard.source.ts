import semver from 'semver';
import type { CatalogEntry, CatalogKind } from '../catalog-entry.js';
import { draftEntry, entryName, LIMITS } from './catalog-draft.js';
import { type Foreign, linkOf, listOf, objectOf, textOf } from './entry-fields.js';
import { pages } from './pages.js';
import type { Reading, Said, SourceTask } from './source-reading.js';
import { changesSince } from './updated-since.js';

const PATH = 'api/v1/plugins';
const LIMIT = '200';

/** What is published at another server of this kind: `GET /api/v1/plugins`, a record a version, tombstones among them. */
export function readPlugboard(task: SourceTask): Promise<Reading> {
  const { since, reading } = changesSince(task.state);
  return Promise.resolve(reading(since === null ? everything(task) : changes(task, since)));
}

async function* everything(task: SourceTask): AsyncGenerator<Said> {
  const best = new Map<string, Foreign>();
  for await (const record of records(task, { limit: LIMIT })) {
    const name = entryName(record['name']);
    if (name === null) yield null;
    else best.set(name, better(best.get(name), record));
  }
  for (const [name, record] of best) if (isThere(record)) yield { entry: entryOf(name, record) };
}

/** A name of which anything has changed is looked at as a whole: its newest version may be an older one now. */
async function* changes(task: SourceTask, since: string): AsyncGenerator<Said> {
  const names = new Set<string>();
  for await (const record of records(task, { limit: LIMIT, updated_since: since })) {
    const name = entryName(record['name']);
    if (name === null) yield null;
    else names.add(name);
  }
  for (const name of names) {
    let best: Foreign | undefined;
    for await (const record of records(task, { limit: LIMIT, name }))
      if (record['name'] === name) best = better(best, record);
    yield best && isThere(best) ? { entry: entryOf(name, best) } : { gone: name };
  }
}

async function* records(task: SourceTask, query: Readonly<Record<string, string>>): AsyncGenerator<Foreign> {
  for await (const page of pages(task, PATH, query))
    for (const record of listOf(page['plugins'])) yield objectOf(record);
}

/** The version that the name stands for: one that is there before one that is not, then the newest. */
function better(known: Foreign | undefined, other: Foreign): Foreign {
  if (known === undefined || isThere(known) !== isThere(other))
    return known && isThere(known) ? known : other;
  return compareVersions(known['version'], other['version']) < 0 ? other : known;
}

function isThere({ status }: Foreign): boolean {
  return status !== 'deleted' && status !== 'yanked';
}

function compareVersions(a: unknown, b: unknown): number {
  const [left, right] = [semver.parse(String(a)), semver.parse(String(b))];
  if (left && right) return left.compare(right);
  return Number(left !== null) - Number(right !== null) || String(a).localeCompare(String(b));
}

const KINDS: Readonly<Record<string, CatalogKind>> = { agent: 'agent', gateway: 'gateway' };

function entryOf(name: string, record: Foreign): CatalogEntry {
  const type = textOf(record['pluginType'], LIMITS.word) ?? 'plugin';
  const says = textOf(record['statusMessage'], LIMITS.description);
  const entry = draftEntry(
    {
      ...{ name, kind: KINDS[type] ?? 'collector', category: type },
      description: textOf(record['description'], LIMITS.description) ?? '',
      homepage: linkOf(record['artifactUrl']),
      language: textOf(record['pluginRuntime'], LIMITS.word),
      deprecated: record['status'] === 'deprecated' ? (says ?? 'Its publisher has deprecated it.') : null,
      notInstallable: 'It is published at another server: publish it here to install it by name.',
    },
    { name: null },
  );
  return { ...entry, npm: { ...entry.npm, version: textOf(record['version'], LIMITS.word) } };
}
