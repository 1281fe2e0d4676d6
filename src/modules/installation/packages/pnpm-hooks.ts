/**
 * Given to the package manager (`--global-pnpmfile`), which asks it about every manifest it reads while it
 * resolves. A dependency that is not a version, range, dist-tag or alias of a registry package ends the run before
 * anything of it is fetched: left alone, the package manager would start git or call the address.
 */
interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly [field: string]: unknown;
}

const FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'];
const ALIAS = /^npm:(@[^/@:]+\/)?[^/@:]+(@[^/:]*)?$/;

export const hooks = {
  readPackage(manifest: Manifest): Manifest {
    for (const field of FIELDS)
      for (const [name, spec] of Object.entries((manifest[field] ?? {}) as Record<string, unknown>))
        if (!isFromRegistry(spec))
          throw Object.assign(
            new Error(
              `${manifest.name ?? ''}@${manifest.version ?? ''} depends on "${name}" from ` +
                `"${String(spec).slice(0, 200)}": only registry versions are installed.`,
            ),
            { code: 'ERR_EXOTIC_DEPENDENCY' },
          );
    return manifest;
  },
};

/** Versions, ranges and dist-tags have neither colons nor slashes; addresses, paths and protocols have. */
export function isFromRegistry(spec: unknown): boolean {
  return typeof spec === 'string' && (!/[:/\\]/.test(spec) || ALIAS.test(spec));
}
