import validate from 'validate-npm-package-name';
import { type CatalogEntry, GENERATIONS, type Generation } from '../catalog-entry.js';
import { textOf } from './entry-fields.js';

export const LIMITS = { name: 214, title: 120, description: 2_000, word: 80, words: 50 } as const;

/** Names that can be told from one another by anyone: printable ASCII, as npm and the MCP registry have them. */
const NAME = /^[A-Za-z0-9@][A-Za-z0-9@._~/+-]*$/;

/** The name, or null where it is none that could be asked for. */
export function entryName(value: unknown): string | null {
  const legal = typeof value === 'string' && value.length <= LIMITS.name && NAME.test(value);
  return legal ? value : null;
}

type Draft = Pick<CatalogEntry, 'name' | 'kind' | 'category'> & Partial<Omit<CatalogEntry, 'npm' | 'git'>>;

export type Versions = { readonly [G in Generation]?: string | null };

/** What a catalogue says of the npm package. */
export interface DraftPackage {
  name: string | null;
  versions?: Versions;
  /** The version to install where the catalogue knows no generations. */
  version?: string | null;
  ranges?: Versions;
  branches?: Versions;
  /** The catalogue knows no versions at all: npm itself will tell. */
  unversioned?: boolean;
}

/** An entry with everything that the catalogue did not say left empty. */
export function draftEntry(draft: Draft, npm: DraftPackage): CatalogEntry {
  const { versions = {}, ranges = {}, branches = {} } = npm;
  const newest = GENERATIONS.toReversed().find((generation) => versions[generation]);
  const version = newest ? (versions[newest] ?? null) : (npm.version ?? null);
  return {
    displayName: displayNameOf(draft.name),
    description: '',
    tags: [],
    gitRepo: null,
    gitUrl: draft.gitRepo ? `https://github.com/${draft.gitRepo}.git` : null,
    repository: draft.gitRepo ? `https://github.com/${draft.gitRepo}` : null,
    ...{ homepage: null, author: null, license: null, language: null },
    topics: [],
    stars: 0,
    supports: { v0: false, v1: false, v2: false },
    deprecated: null,
    notInstallable: obstacle(npm, version),
    ...draft,
    npm: {
      package: npm.name,
      version,
      ...byGeneration('Version', versions),
      ...byGeneration('CoreRange', ranges),
    },
    git: byGeneration('Branch', branches),
  };
}

/** Why it cannot be installed by name, or null. */
function obstacle({ name, unversioned }: DraftPackage, version: string | null): string | null {
  if (name === null) return 'The catalogue names no npm package for it.';
  if (!validate(name).validForNewPackages) return `"${name}" is not a name that npm accepts for a package.`;
  return version === null && !unversioned ? 'The catalogue names no version of it that is on npm.' : null;
}

function byGeneration<S extends string>(
  suffix: S,
  values: Versions,
): { [G in Generation as `${G}${S}`]: string | null } {
  const named = GENERATIONS.map((generation) => [generation + suffix, values[generation] ?? null]);
  return Object.fromEntries(named) as { [G in Generation as `${G}${S}`]: string | null };
}

/** `@elizaos/plugin-twitter` is Twitter, `io.github.owner/some-server` is Some Server. */
export function displayNameOf(name: string): string {
  const bare = (name.split('/').at(-1) ?? '').replace(/^(elizaos-)?(plugin|client|adapter)-/, '');
  const words = (bare || name).split(/[-_.]+/).filter((word) => word !== '');
  const title = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
  return textOf(title, LIMITS.title) ?? name;
}

/** What kind of part the name says it is. */
export function categoryOf(name: string): string {
  return /(?:^|[/-])(client|adapter)-/.exec(name)?.[1] ?? 'plugin';
}
