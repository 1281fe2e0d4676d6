import type { Manifest } from '../../runtime/host/index.js';

/** What a package declares of itself that the plugin's record keeps. */
export interface Declaration {
  /** JSON Schema of the settings. */
  configSchema?: Record<string, unknown>;
  /** `agentConfig.pluginParameters` of an agent package. */
  pluginParameters?: Record<string, unknown>;
  /** `elizaos.plugin.json`. */
  elizaPlugin?: Record<string, unknown>;
}

/** What a package says of itself, in the record's terms; each field is the author's word. */
export interface Described {
  npmName: string | null;
  version: string | null;
  displayName: string | null;
  description: string;
  category: string | null;
  tags: string[];
  uiHints: Record<string, unknown>;
  declaration: Declaration;
}

const MAX_TAGS = 20;

/** Reads a manifest: `plugboard` (our own key in package.json) first, then the agent formats, then npm's fields. */
export function describeManifest(manifest: Manifest | null): Described {
  const packageJson = manifest?.packageJson ?? {};
  const own = objectOf(packageJson.plugboard);
  const eliza = manifest?.elizaPlugin ?? {};
  const pluginParameters = objectOrNull(manifest?.agentConfig?.pluginParameters);
  const configSchema = objectOrNull(own.configSchema);
  return {
    npmName: manifest?.name ?? null,
    version: manifest?.version ?? textOf(eliza.version),
    displayName: textOf(own.displayName) ?? textOf(eliza.name),
    description: (textOf(own.description) ?? manifest?.description ?? textOf(eliza.description) ?? '').slice(
      0,
      2_000,
    ),
    category: textOf(own.category) ?? textOf(eliza.kind),
    tags: textsOf(own.tags ?? packageJson.keywords).slice(0, MAX_TAGS),
    uiHints: objectOf(own.uiHints ?? eliza.uiHints),
    declaration: {
      ...(configSchema && { configSchema }),
      ...(pluginParameters && { pluginParameters }),
      ...(manifest?.elizaPlugin && { elizaPlugin: manifest.elizaPlugin }),
    },
  };
}

function objectOrNull(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

const objectOf = (value: unknown): Record<string, unknown> => objectOrNull(value) ?? {};

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : null;

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
