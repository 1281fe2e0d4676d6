import { createHash, randomUUID } from 'node:crypto';
import { chmod, copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { Unprocessable } from '../http/errors.js';
import type { GuardedClient } from '../http/outbound/guarded.client.js';
import {
  checksumMismatch,
  digestOfFile,
  extensionOf,
  type FileDigest,
  parseDigest,
} from './artifact-file.js';
import { type Artifact, ArtifactFolder, soundFile } from './artifact-folder.js';
import { isResumable, ResumableDownload } from './resumable-download.js';
import type { SharedFiles } from './shared-files.js';

/** Guests run as other users and must be able to read what they load, and only that. */
const FILE_MODE = 0o644;
const UNUSED_MS = 24 * 3_600_000;

/** Where a file may be taken from: wherever it is, or from its address alone. */
type From = 'anywhere' | 'origin';

interface Running {
  readonly url: string;
  readonly from: From;
  readonly done: Promise<Artifact>;
}

/**
 * Files kept by the digest of their content: a path it hands out held exactly those bytes when it was handed out, and
 * a file appears under its digest whole or not at all. One process owns a root; what one server has had, the fleet
 * keeps for the others.
 */
export class ArtifactStore {
  private readonly folder: ArtifactFolder;
  private readonly running = new Map<string, Running>();
  private readonly partials = new Set<string>();
  private readonly users: (() => Promise<readonly string[]>)[] = [];

  /**
   * @param root absolute folder; everyone above it must let the guests' users pass
   * @param shared what the fleet keeps; null for a store that stands alone
   */
  constructor(
    root: string,
    private readonly client: Pick<GuardedClient, 'fetchStream' | 'maxBytes'>,
    private readonly shared: SharedFiles | null = null,
  ) {
    this.folder = new ArtifactFolder(root);
  }

  /**
   * The file with this digest: from disk when it is there and sound, else what the fleet keeps, else from `url`.
   * Callers that want one digest at the same time share a download.
   * @param sha256 64 hexadecimal digits
   * @param from `origin`: whoever asks may have no more than what the address hands out, even if it is here
   * @throws Unprocessable `checksum_invalid`, `checksum_mismatch`; whatever `GuardedClient.fetchStream` throws
   */
  async fetch(url: string, sha256: string, from: From = 'anywhere'): Promise<Artifact> {
    const digest = parseDigest(sha256);
    for (;;) {
      const current = this.running.get(digest);
      if (!current) return this.begin(url, digest, from);
      if (current.url === url && (from === 'anywhere' || current.from === 'origin')) return current.done;
      // Another address for the same content: if that one fails, ours may still be good.
      await current.done.catch(() => undefined);
    }
  }

  /** The file with this digest, from disk or what the fleet keeps; undefined where neither has it. */
  async recall(sha256: string): Promise<Artifact | undefined> {
    const digest = parseDigest(sha256);
    const found = await this.find(digest);
    if (found) return found;
    await this.folder.make(digest);
    return this.fromFleet(this.folder.pathOf(digest), digest);
  }

  /**
   * Takes in a file that is made here.
   * @param fill writes it to the path
   * @returns its digest, and whether other servers can have it
   */
  async add(fill: (path: string) => Promise<void>): Promise<FileDigest & { isShared: boolean }> {
    const partial = this.folder.partial(randomUUID());
    await this.folder.makePartials();
    this.partials.add(partial);
    try {
      await fill(partial);
      const made = await digestOfFile(partial);
      if (!made) throw new Error('nothing was written');
      await this.folder.make(made.sha256);
      const path = this.folder.pathOf(made.sha256);
      const filled = (): Promise<FileDigest> => Promise.resolve(made);
      const artifact = await this.publish({ partial, path, digest: made.sha256 }, filled);
      return { ...made, isShared: (await this.shared?.keep(made.sha256, artifact)) ?? false };
    } finally {
      await rm(partial, { force: true });
      this.partials.delete(partial);
    }
  }

  /** The stored file with this digest, whatever its extension; undefined when there is none that is sound. */
  async find(sha256: string): Promise<Artifact | undefined> {
    return this.folder.find(parseDigest(sha256));
  }

  /** Whether a sound file with this digest is stored. Reads the file through. */
  async has(sha256: string): Promise<boolean> {
    return (await this.find(sha256)) !== undefined;
  }

  /**
   * Registers a user of the store, at start: what it names is not removed.
   * @param digests 64 hexadecimal digits each
   */
  keep(digests: () => Promise<readonly string[]>): void {
    this.users.push(digests);
  }

  /**
   * Removes files that no user of the store names, and that nobody has asked for in a day: who has just fetched one
   * may be about to put it on record. Nothing is removed while a user cannot say what it needs.
   */
  async prune(now = Date.now()): Promise<void> {
    if (this.users.length === 0) return;
    const kept = await this.named();
    await this.folder.removeUnused((digest) => kept.has(digest) || this.running.has(digest), now - UNUSED_MS);
  }

  /** Has the fleet keep what users of the store name and this server has. */
  async shareMissing(): Promise<void> {
    for (const digest of (await this.shared?.missing([...(await this.named())])) ?? []) {
      const found = await this.find(digest);
      if (found) await this.shared?.keep(digest, found);
    }
  }

  /** Has the fleet forget what no user of the store names; once for all servers. */
  async pruneShared(): Promise<void> {
    if (this.users.length > 0) await this.shared?.prune(() => this.named());
  }

  private async named(): Promise<Set<string>> {
    const named = await Promise.all(this.users.map(async (digests) => digests()));
    return new Set(named.flat().map((digest) => digest.toLowerCase()));
  }

  /** Removes what a killed process left half-written and nobody goes on with; to be called once at start. */
  async sweep(): Promise<void> {
    for (const path of await this.folder.partials())
      if (!this.partials.has(path) && !(await isResumable(path))) await rm(path, { force: true });
  }

  private begin(url: string, digest: string, from: From): Promise<Artifact> {
    const done = this.obtain(url, digest, from).finally(() => this.running.delete(digest));
    this.running.set(digest, { url, from, done });
    return done;
  }

  private async obtain(url: string, digest: string, from: From): Promise<Artifact> {
    const artifact = await (from === 'origin' ? this.download(url, digest) : this.obtained(url, digest));
    await this.shared?.keep(digest, artifact);
    return artifact;
  }

  private async obtained(url: string, digest: string): Promise<Artifact> {
    const path = this.folder.pathOf(digest, extensionOf(url));
    const stored = await soundFile(path, digest);
    if (stored) return stored;
    // Nobody is to load the damaged file while, or because, it cannot be fetched again.
    await rm(path, { force: true });
    await this.folder.make(digest);
    const twin = await this.find(digest);
    if (twin) return this.copy(twin, path, digest);
    return (await this.fromFleet(path, digest)) ?? this.download(url, digest);
  }

  /** @returns undefined where the fleet does not keep it, or no longer as it was */
  private async fromFleet(path: string, digest: string): Promise<Artifact | undefined> {
    const pieces = await this.shared?.read(digest);
    if (!pieces) return undefined;
    const partial = this.folder.partial(randomUUID());
    try {
      return await this.publish({ partial, path, digest }, async () => {
        await writeFile(partial, pieces, { mode: 0o600, flush: true });
        return digestOfFile(partial);
      });
    } catch (error) {
      if (!(error instanceof Unprocessable)) throw error;
      await this.shared?.forget(digest);
      return undefined;
    }
  }

  private async copy(twin: Artifact, path: string, digest: string): Promise<Artifact> {
    const partial = this.folder.partial(randomUUID());
    return this.publish({ partial, path, digest }, async () => {
      await copyFile(twin.path, partial);
      return digestOfFile(partial);
    });
  }

  /** A download that broke off leaves its part behind, under a name that the next try finds. */
  private async download(url: string, digest: string): Promise<Artifact> {
    await this.folder.make(digest);
    const path = this.folder.pathOf(digest, extensionOf(url));
    const name = createHash('sha256').update(`${digest} ${url}`).digest('hex');
    const download = new ResumableDownload(this.client, url, this.folder.partial(name));
    return this.publish({ partial: download.path, path, digest }, () => download.run());
  }

  /** Fills a temporary file in the same file system and gives it its name once its digest is proven. */
  private async publish(
    { partial, path, digest }: { partial: string; path: string; digest: string },
    fill: () => Promise<FileDigest | undefined>,
  ): Promise<Artifact> {
    this.partials.add(partial);
    try {
      const filled = await fill();
      if (filled?.sha256 !== digest) throw checksumMismatch(digest, filled?.sha256);
      await chmod(partial, FILE_MODE);
      await rename(partial, path);
      return { path, bytes: filled.bytes };
    } finally {
      if (!(await isResumable(partial))) await rm(partial, { force: true });
      this.partials.delete(partial);
    }
  }
}
