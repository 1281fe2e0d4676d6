import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/transaction.js';
import { foldName } from '../../../platform/names.js';
import { CatalogEntries } from '../catalog/catalog-entries.repository.js';
import type { CatalogEntry, CatalogKind } from '../catalog/catalog-entry.js';
import { displayNameOf } from '../catalog/sources/catalog-draft.js';
import { languageOf, runsHere } from './artifact-runtime.js';
import type { ArtifactType, PublishedArtifactEntity } from './published-artifact.entity.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';
import { newestOf } from './version-order.js';

const KINDS: Readonly<Record<ArtifactType, CatalogKind>> = {
  log: 'collector',
  metric: 'collector',
  trace: 'collector',
  agent: 'agent',
  gateway: 'gateway',
};

/** Keeps what a published name stands for: its latest version, and its place in the catalogue. */
@Injectable()
export class PublishedNames {
  constructor(
    private readonly artifacts: PublishedArtifactRepository,
    private readonly catalog: CatalogEntries,
  ) {}

  /** To be called after every change of a version, in its transaction, by whoever holds the name's lock. */
  async settle(tx: Tx, name: string): Promise<void> {
    const all = (await this.artifacts.likeNamed(tx, foldName(name))).filter((row) => row.name === name);
    const latest = latestOf(all);
    for (const row of all)
      if (row.latest !== (row.id === latest?.id))
        await this.artifacts.change(tx, row.id, { latest: row.id === latest?.id });
    if (latest) await this.catalog.publish(tx, entryOf(latest));
    else await this.catalog.withdraw(tx, name);
  }
}

/** The newest version that its publisher still stands by, else the newest at all; a deleted one never. */
function latestOf(rows: readonly PublishedArtifactEntity[]): PublishedArtifactEntity | null {
  return (
    newestOf(rows.filter(({ status }) => status === 'active' || status === 'deprecated')) ??
    newestOf(rows.filter(({ status }) => status === 'yanked'))
  );
}

function entryOf(row: PublishedArtifactEntity): CatalogEntry {
  const { name, version, description, pluginType, pluginRuntime } = row;
  return {
    name,
    displayName: displayNameOf(name),
    description,
    kind: KINDS[pluginType],
    category: pluginType,
    tags: pluginRuntime === '' ? [pluginType] : [pluginType, pluginRuntime],
    ...{ gitRepo: null, gitUrl: null, repository: null, homepage: null, author: null, license: null },
    language: languageOf(pluginRuntime),
    topics: [],
    stars: 0,
    npm: {
      package: name,
      version,
      ...{ v0Version: null, v1Version: null, v2Version: null },
      ...{ v0CoreRange: null, v1CoreRange: null, v2CoreRange: null },
    },
    git: { v0Branch: null, v1Branch: null, v2Branch: null },
    supports: { v0: false, v1: false, v2: false },
    deprecated: reasonAgainst(row),
    notInstallable: notInstallable(row),
  };
}

function reasonAgainst({ status, statusMessage, replacement }: PublishedArtifactEntity): string | null {
  if (status === 'active') return null;
  const instead = replacement === null ? '' : ` Use ${replacement} instead.`;
  return `${statusMessage ?? `The version is ${status}.`}${instead}`;
}

/** Why a version cannot be installed here, or null where it can. */
export function notInstallable(row: PublishedArtifactEntity): string | null {
  const { name, version, status, pluginRuntime, verification, verificationCause } = row;
  if (!runsHere(pluginRuntime)) return `unsupported runtime "${pluginRuntime}" on this host`;
  if (status === 'yanked') return `${name}@${version} was yanked: ${reasonAgainst(row)}`;
  if (verification === 'verified') return null;
  const cause = verificationCause === null ? '' : ` ${verificationCause}`;
  return `The artifact of ${name}@${version} is not verified (${verification}).${cause}`;
}
