import { basename } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../../config.js';
import type { RegistrySource } from '../../../config/registry-sources.js';
import { NotFound } from '../../../platform/http/errors.js';
import { CONFIG } from '../../../platform/tokens.js';
import { CatalogLookup } from './catalog-lookup.js';
import { CatalogReads } from './catalog-reads.repository.js';
import type { CatalogSourceEntity } from './catalog-source.entity.js';
import { blankSource, CatalogSources } from './catalog-sources.repository.js';
import type { CatalogPluginDetailsDto } from './catalog.dto.js';
import type { RefreshedDto, SourceListDto } from './catalog-source.dto.js';
import { presentDetails } from './entry-view.js';
import { PluginPresence } from './plugin-presence.js';

/** Reads of the catalogue that are not lists. */
@Injectable()
export class CatalogService {
  constructor(
    private readonly lookup: CatalogLookup,
    private readonly reads: CatalogReads,
    private readonly sources: CatalogSources,
    private readonly presence: PluginPresence,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws NotFound `catalogue_entry_not_found` */
  async get(name: string): Promise<CatalogPluginDetailsDto> {
    const found = await this.lookup.find(name);
    if (!found)
      throw new NotFound(
        'catalogue_entry_not_found',
        `No catalogue has a plugin named "${name.slice(0, 200)}".`,
        'name',
      );
    const present = await this.presence.now();
    return presentDetails(found, present.of(found), await this.reads.mentions(found.entry.name));
  }

  /** What a refresh has come to: how many plugins there are to be found. */
  async refreshed(): Promise<RefreshedDto> {
    const count = await this.reads.count();
    if (this.config.REGISTRY_SOURCES.length > 0) return { ok: true, count };
    const message = `No catalogue source is configured (REGISTRY_SOURCES): there is what is published here, ${count} in all.`;
    return { ok: true, count, message };
  }

  /** Every configured source, the strongest first, and how it went last. */
  async listSources(): Promise<SourceListDto> {
    const known = new Map((await this.sources.all()).map((row) => [row.id, row]));
    const sources = this.config.REGISTRY_SOURCES.map((source) => {
      const row = known.get(source.label) ?? blankSource(source);
      const { entries, skipped, error, checkedAt, refreshedAt } = row;
      const { kind, label, priority } = source;
      return {
        ...{ label, kind, priority, location: shownLocation(source, row), entries, skipped, error },
        checkedAt: checkedAt?.toISOString() ?? null,
        refreshedAt: refreshedAt?.toISOString() ?? null,
      };
    });
    return { count: sources.length, sources: sources.sort((a, b) => a.priority - b.priority) };
  }
}

/** Nothing that could be a secret, and no path of this machine. */
function shownLocation({ kind, url, file }: RegistrySource, { state }: CatalogSourceEntity): string {
  if (kind === 'embedded')
    return state ? `packages on npm as of ${String(state['date'])}` : 'packages on npm';
  if (url === null) return basename(file ?? '');
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
