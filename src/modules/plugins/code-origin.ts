export const PLUGIN_SOURCES = ['bundled', 'npm', 'path', 'artifact', 'ejected'] as const;
export type PluginSource = (typeof PLUGIN_SOURCES)[number];

/**
 * Where a plugin's code comes from, as far as a caller chooses it. Another version of a package is from the same
 * origin (its publisher is trusted with the settings, and its name is owned), and so is a local copy of it, and a file
 * whose bytes have changed: no caller can write the server's disk.
 */
export type CodeOrigin =
  | { readonly source: 'bundled' }
  | { readonly source: 'npm' | 'artifact'; readonly name: string | null }
  | { readonly source: 'path'; readonly path: string | null; readonly checksum: string | null };

/** Where the record of a plugin says that its code is. */
interface CodeAddress {
  readonly source: PluginSource;
  readonly npmName: string | null;
  readonly path: string | null;
  readonly checksum: string | null;
}

export function originOf({ source, npmName, path, checksum }: CodeAddress): CodeOrigin {
  if (source === 'bundled') return { source };
  if (source === 'path') return { source, path, checksum };
  return { source: source === 'ejected' ? 'npm' : source, name: npmName };
}

/**
 * Whether code from `next` is what settings given to code from `known` were meant for. A path that gets a checksum is
 * only held tighter; one that loses it, or gets another, is not.
 */
export function isSameOrigin(known: CodeOrigin, next: CodeOrigin): boolean {
  if (known.source === 'path' && next.source === 'path')
    return known.path === next.path && (known.checksum ?? next.checksum) === next.checksum;
  if ('name' in known && 'name' in next)
    return known.source === next.source && known.name !== null && known.name === next.name;
  return known.source === 'bundled' && next.source === 'bundled';
}
