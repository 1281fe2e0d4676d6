import { join } from 'node:path';

/** The folder of versions, in the folder of packages. */
export const VERSIONS = 'versions';

/**
 * Where a built version lies, relative to the folder of packages; another content lies elsewhere.
 * @param folder name of the package's own folder
 */
export function versionDirectory(folder: string, version: string, treeDigest: string): string {
  const digest = Buffer.from(treeDigest.replace(/^sha256-/, ''), 'base64').toString('hex');
  return join(VERSIONS, folder, `${version}-${digest.slice(0, 16)}`);
}
