import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { ArtifactStore } from '../../platform/artifacts/artifact-store.js';
import { CONFIG } from '../../platform/tokens.js';
import { ofWorkingCopy } from './ejected-files.js';
import { ArchiveRefused } from './packages/archive-entry.js';
import { packTar } from './packages/tar-packer.js';
import { unpackTar } from './packages/tar-unpacker.js';

/** What has become of a build. */
export interface SavedBuild {
  /** SHA-256 of its archive; null where it cannot be one. */
  checksum: string | null;
  /** Why other servers cannot have it; null where they can. */
  obstacle: string | null;
}

/**
 * Keeps what runs of local copies by its digest, as an archive of the package's own files: for this server, should the
 * build's folder be lost, and for the others, which have no local copy.
 */
@Injectable()
export class EjectedSavedBuilds {
  constructor(
    private readonly store: ArtifactStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async save(folder: string): Promise<SavedBuild> {
    const accept = await ofWorkingCopy(folder);
    try {
      const { sha256, bytes, isShared } = await this.store.add((path) =>
        writeFile(path, packTar(folder, accept), { flush: true }),
      );
      const limit = this.config.SHARED_FILE_MAX_BYTES;
      const obstacle =
        bytes > limit
          ? `it takes ${bytes} bytes, more than SHARED_FILE_MAX_BYTES`
          : 'Postgres could not take it just now';
      return { checksum: sha256, obstacle: isShared ? null : obstacle };
    } catch (error) {
      if (!(error instanceof ArchiveRefused)) throw error;
      return { checksum: null, obstacle: error.message };
    }
  }

  /** Writes a kept build into a folder that is there and empty. @returns whether it was kept */
  async restore(checksum: string | null, to: string): Promise<boolean> {
    const file = checksum === null ? undefined : await this.store.recall(checksum);
    if (!file) return false;
    await unpackTar(createReadStream(file.path), to, this.config.POLICY_MAX_FILES);
    return true;
  }
}
