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
const MAX_TEXT = 2_000;

/**
 * Reads a manifest: `plugboard` (our own key in package.json) first, then the agent formats, then npm's fields.
 * @param givenSchema JSON Schema of the settings that came beside the package and goes before its own
 */
export function describeManifest(
  manifest: Manifest | null,
  givenSchema?: Record<string, unknown>,
): Described {
  const packageJson = manifest?.packageJson ?? {};
  const own = objectOf(packageJson.plugboard);
  const eliza = objectOf(manifest?.elizaPlugin);
  const text = (...said: unknown[]): string | null => said.map(textOf).find((word) => word !== null) ?? null;
  return {
    npmName: text(manifest?.name),
    version: text(manifest?.version, eliza.version),
    displayName: text(own.displayName, eliza.name),
    description: text(own.description, manifest?.description, eliza.description) ?? '',
    category: text(own.category, eliza.kind),
    tags: textsOf(own.tags ?? packageJson.keywords).slice(0, MAX_TAGS),
    uiHints: objectOf(own.uiHints ?? eliza.uiHints),
    declaration: declarationOf(manifest, givenSchema ?? objectOrNull(own.configSchema)),
  };
}

function declarationOf(manifest: Manifest | null, configSchema: Record<string, unknown> | null): Declaration {
  const pluginParameters = objectOrNull(manifest?.agentConfig?.pluginParameters);
  return {
    ...(configSchema && { configSchema }),
    ...(pluginParameters && { pluginParameters }),
    ...(manifest?.elizaPlugin && { elizaPlugin: manifest.elizaPlugin }),
  };
}

function objectOrNull(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

const objectOf = (value: unknown): Record<string, unknown> => objectOrNull(value) ?? {};

/** One line of text, or null; control characters (a NUL cannot even be stored) become spaces. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return (
    value
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, MAX_TEXT) || null
  );
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(textOf).filter((item) => item !== null) : [];
