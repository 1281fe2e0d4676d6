/** Who a plugin is for. */
export const CATALOG_KINDS = ['agent', 'gateway', 'collector', 'mcp'] as const;
export type CatalogKind = (typeof CATALOG_KINDS)[number];

/** Generations of the agent framework that a plugin may be made for. */
export const GENERATIONS = ['v0', 'v1', 'v2'] as const;
export type Generation = (typeof GENERATIONS)[number];

/** The source of what is published here; nobody is stronger. */
export const PUBLISHED = 'published';

/** What a catalogue says of one plugin, in our terms, whatever the catalogue's own dialect. */
export interface CatalogEntry {
  /** Unique among what is shown; mostly the npm name. */
  name: string;
  displayName: string;
  description: string;
  kind: CatalogKind;
  category: string;
  tags: string[];
  /** `owner/repo`, where there is one. */
  gitRepo: string | null;
  gitUrl: string | null;
  repository: string | null;
  homepage: string | null;
  author: string | null;
  license: string | null;
  language: string | null;
  topics: string[];
  stars: number;
  npm: {
    package: string | null;
    /** The one to install: that of the newest generation that has one. */
    version: string | null;
  } & { [G in Generation as `${G}Version` | `${G}CoreRange`]: string | null };
  git: { [G in Generation as `${G}Branch`]: string | null };
  supports: Record<Generation, boolean>;
  /** Why it should no longer be used, or null. */
  deprecated: string | null;
  /** Why it cannot be installed by name, or null. */
  notInstallable: string | null;
  /** The `server.json` of an MCP server as its registry has it, as text. */
  server?: string;
}
