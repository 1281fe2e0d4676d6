import { Injectable } from '@nestjs/common';
import { nameKeys } from '../../../platform/names.js';
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
  /** Its category and what it is tagged with. */
  topics: string[];
}

/** An entry that cannot be installed from npm. */
export interface NoPackage {
  /** Its name on npm; null where it is no npm package at all. */
  package: string | null;
  reason: string;
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

  /** The npm package that a catalogue lists under this name, or under one that people could read it as; null for none. */
  listedPackage(name: string): Promise<string | null> {
    const { folded, skeleton } = nameKeys(name);
    return this.reads.listedPackage([folded, skeleton]);
  }

  /**
   * What is to be had from npm under exactly this name: installing takes no short names, which on npm are anyone's.
   * @returns null where no catalogue has the name
   */
  async packageOf(name: string): Promise<MeantPackage | NoPackage | null> {
    const found = await this.reads.first([name]);
    if (found?.entry.name !== name) return null;
    const { npm, notInstallable, category, tags, topics } = found.entry;
    if (notInstallable !== null) return { package: npm.package, reason: notInstallable };
    if (npm.package === null) return { package: null, reason: 'It is no npm package.' };
    const versions = GENERATIONS.toReversed().flatMap((one) => npm[`${one}Version`] ?? []);
    return {
      package: npm.package,
      version: npm.version,
      alternatives: [...new Set(versions)].filter((version) => version !== npm.version),
      topics: [category, ...tags, ...topics],
    };
  }
}
