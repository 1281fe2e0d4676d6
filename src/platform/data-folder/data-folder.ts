import { placeFolder } from './place.js';
import { copyProgram, reachableProgram } from './runtime-copy.js';
import { secretFile } from './secret-file.js';
import { type FolderLock, lockFolder } from './server-lock.js';

/** The one folder a server keeps its state in. While a DataFolder is open no other server uses that folder. */
export class DataFolder {
  constructor(
    /** Real path, free of symbolic links. As root, every user may pass through it (but not list it). */
    readonly path: string,
    private readonly lock: FolderLock,
  ) {}

  /**
   * Reads the secret of that name, made of `bytes` random bytes the first time.
   * @returns lower-case hex, two characters a byte
   * @throws DataFolderError when the kept file is damaged
   */
  secretFile(name: string, bytes: number): Promise<string> {
    return secretFile(this.path, name, bytes);
  }

  /**
   * Gives a path of the program folder `source` that processes of other users can read: `source` itself where
   * that is so (always, unless we are root), else a copy in this folder.
   * @param version names the copy; without it the copy is named by a digest of the content
   */
  reachableProgram(source: string, version?: string): Promise<string> {
    return reachableProgram(this.path, source, version);
  }

  /** Copies the program folder `source` into this folder, once a version, and returns the copy's path. */
  copyProgram(source: string, version: string): Promise<string> {
    return copyProgram(this.path, source, version);
  }

  /** Lets the next server have the folder. */
  release(): Promise<void> {
    return this.lock.release();
  }
}

/**
 * Makes the data folder where it is missing and takes it for this process.
 * @throws DataFolderError when another server has it, or when it lies where it cannot work
 */
export async function openDataFolder(dir: string): Promise<DataFolder> {
  const path = await placeFolder(dir);
  return new DataFolder(path, await lockFolder(path));
}
