import { Injectable } from '@nestjs/common';
import { type PluginDto, PluginsService } from '../../plugins/index.js';
import { PUBLISHED } from './catalog-entries.repository.js';
import type { SourcedEntry } from './catalog-reads.repository.js';

/** What an entry is here: installed or not, and running or not on this node. */
export interface Presence {
  installed: boolean;
  installedVersion: string | null;
  loaded: boolean;
  bundled: boolean;
}

const ABSENT: Presence = { installed: false, installedVersion: null, loaded: false, bundled: false };

/** Which entries are here, as it is at one moment. */
export class PresentPlugins {
  private readonly packages = new Map<string, Presence>();
  private readonly published = new Map<string, Presence>();

  /** @param loaded ids of the plugins whose code is loaded */
  constructor(plugins: readonly PluginDto[], loaded: ReadonlySet<string>) {
    for (const { id, npmName, source, version } of plugins) {
      if (npmName === null || source === 'path') continue;
      const presence = {
        installed: true,
        installedVersion: version,
        loaded: loaded.has(id),
        bundled: source === 'bundled',
      };
      (source === 'artifact' ? this.published : this.packages).set(npmName, presence);
    }
  }

  /** A file of the user's own that names itself like an entry is not that entry. */
  of({ source, entry }: SourcedEntry): Presence {
    const published = source === PUBLISHED ? this.published.get(entry.name) : undefined;
    return published ?? this.packages.get(entry.npm.package ?? '') ?? ABSENT;
  }

  /** Names of what is here, for a filter. */
  get names(): { packages: string[]; published: string[] } {
    return { packages: [...this.packages.keys()], published: [...this.published.keys()] };
  }
}

/** Tells which plugins of the catalogue are here. */
@Injectable()
export class PluginPresence {
  private known: { of: object; present: PresentPlugins } | null = null;

  constructor(private readonly plugins: PluginsService) {}

  /** The same object until something changes. */
  async now(): Promise<PresentPlugins> {
    const snapshot = await this.plugins.snapshot();
    if (this.known?.of === snapshot) return this.known.present;
    const present = new PresentPlugins(snapshot.plugins, new Set(await this.plugins.loaded()));
    this.known = { of: snapshot, present };
    return present;
  }
}
