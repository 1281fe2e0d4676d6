import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test, which other users may pass through: as root, Postgres and plugins are other users. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'plugboard-test-'));
  await chmod(path, 0o711);
  const options = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };
  return { path, remove: () => rm(path, options) };
}
