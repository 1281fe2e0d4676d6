import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyOptions } from 'sigstore';
import { type Config, ConfigError } from '../../../config.js';

/** Where the authorities and logs that sign provenance are looked up, and where that is kept. */
export type SigstoreTrust = Pick<VerifyOptions, 'tufMirrorURL' | 'tufRootPath' | 'tufCachePath'>;

/**
 * The public Sigstore, or the private one of the settings. What is kept of a private one is kept apart for each
 * root that it is known by: another root means another trust, whatever was learnt under the one before.
 * @param folder where it is kept
 * @throws ConfigError where the root cannot be read
 */
export function sigstoreTrust(
  { SIGSTORE_MIRROR, SIGSTORE_ROOT }: Pick<Config, 'SIGSTORE_MIRROR' | 'SIGSTORE_ROOT'>,
  folder: string,
): SigstoreTrust {
  if (SIGSTORE_MIRROR === '') return { tufCachePath: folder };
  const digest = createHash('sha256').update(readRoot(SIGSTORE_ROOT)).digest('hex');
  return {
    tufMirrorURL: SIGSTORE_MIRROR.replace(/\/+$/, ''),
    tufRootPath: SIGSTORE_ROOT,
    tufCachePath: join(folder, digest.slice(0, 16)),
  };
}

function readRoot(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    JSON.parse(bytes.toString('utf8'));
    return bytes;
  } catch (error) {
    const { code = (error as Error).message } = error as NodeJS.ErrnoException;
    throw new ConfigError(`SIGSTORE_ROOT: ${file} cannot be read (${code})`);
  }
}
