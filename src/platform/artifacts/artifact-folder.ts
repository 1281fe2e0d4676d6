import { chmod, mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOfFile, isMissing } from './artifact-file.js';

const FOLDER_MODE = 0o755;
const DIGEST_DIGITS = 64;

export interface Artifact {
  /** Absolute, `<root>/sha256/<aa>/<digest><extension>`. */
  readonly path: string;
  /** Size of the file in bytes. */
  readonly bytes: number;
}

/** Where files lie by their digests, and beside them those that are not whole yet. */
export class ArtifactFolder {
  constructor(private readonly root: string) {}

  /** Path of a file that is not whole yet. */
  partial(name: string): string {
    return join(this.root, 'partial', name);
  }

  /** Paths of all that are not whole yet. */
  async partials(): Promise<string[]> {
    return (await namesIn(this.partial(''))).map((name) => this.partial(name));
  }

  async makePartials(): Promise<void> {
    await mkdir(this.partial(''), { recursive: true });
  }

  pathOf(digest: string, extension = ''): string {
    return join(this.root, 'sha256', digest.slice(0, 2), digest + extension);
  }

  /** Makes the folders that the file of a digest lies in, before and once it is whole. */
  async make(digest: string): Promise<void> {
    const folder = dirname(this.pathOf(digest));
    await this.makePartials();
    await mkdir(folder, { recursive: true });
    // The umask may have taken bits away.
    for (const made of [this.root, dirname(folder), folder]) await chmod(made, FOLDER_MODE);
  }

  /** The file with this digest, whatever its extension; undefined when there is none that is sound. */
  async find(digest: string): Promise<Artifact | undefined> {
    const folder = dirname(this.pathOf(digest));
    for (const name of await namesIn(folder)) {
      if (name !== digest && !name.startsWith(`${digest}.`)) continue;
      const found = await soundFile(join(folder, name), digest);
      if (found) return found;
    }
    return undefined;
  }

  /** Removes files that nobody has asked for since a time (milliseconds since 1970), but those that are needed. */
  async removeUnused(isNeeded: (digest: string) => boolean, since: number): Promise<void> {
    const top = join(this.root, 'sha256');
    for (const folder of await namesIn(top))
      for (const name of await namesIn(join(top, folder))) {
        if (isNeeded(name.slice(0, DIGEST_DIGITS))) continue;
        const path = join(top, folder, name);
        if ((await stat(path)).mtimeMs < since) await rm(path, { force: true });
      }
  }
}

/** The file, if it holds what it should; notes that it was asked for. */
export async function soundFile(path: string, digest: string): Promise<Artifact | undefined> {
  // Before it is read: from now on it is not removed.
  await utimes(path, new Date(), new Date()).catch(() => undefined);
  const found = await digestOfFile(path);
  return found?.sha256 === digest ? { path, bytes: found.bytes } : undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
