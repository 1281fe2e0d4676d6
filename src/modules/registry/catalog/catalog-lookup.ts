import { Injectable } from '@nestjs/common';
import { GENERATIONS } from './catalog-entry.js';
import { CatalogReads, type SourcedEntry } from './catalog-reads.repository.js';

/** Where short names are looked for; never in another scope, which anyone may own. */
const SHORT_FORMS = [(name: string) => `@elizaos/${name}`, (name: string) => `@elizaos/plugin-${name}`];

/** The npm package that the catalogue means by a name. */
export interface MeantPackage {
  package: string;
  /** Null: the catalogue names none, npm's newest will do. */
  version: string | null;
  /** Versions that it names for other generations, the newest generation first. */
  alternatives: string[];
}

/** Finds entries by the names that people use. */
@Injectable()
export class CatalogLookup {
  constructor(private readonly reads: CatalogReads) {}

  /** The shown entry: by its name, else `@elizaos/<name>`, else `@elizaos/plugin-<name>`; null where there is none. */
  find(name: string): Promise<SourcedEntry | null> {
    const isWhole = name.startsWith('@') || name.includes('/');
    return this.reads.first([name, ...(isWhole ? [] : SHORT_FORMS.map((form) => form(name)))]);
  }

  /** Why what a catalogue has under exactly this name is no npm package; null where it is one, or not listed. */
  async foreign(name: string): Promise<string | null> {
    const found = await this.reads.first([name]);
    return found?.entry.name === name && found.entry.npm.package === null ? found.entry.notInstallable : null;
  }

  /**
   * Which npm package a name means.
   * @returns null where no catalogue has the name; `reason` where what it has cannot be installed from npm
   */
  async packageOf(name: string): Promise<MeantPackage | { reason: string } | null> {
    const found = await this.find(name);
    if (!found) return null;
    const { npm, notInstallable } = found.entry;
    if (notInstallable !== null) return { reason: notInstallable };
    if (npm.package === null) return { reason: 'It is no npm package.' };
    const versions = GENERATIONS.toReversed().flatMap((one) => npm[`${one}Version`] ?? []);
    return {
      package: npm.package,
      version: npm.version,
      alternatives: [...new Set(versions)].filter((version) => version !== npm.version),
    };
  }
}
