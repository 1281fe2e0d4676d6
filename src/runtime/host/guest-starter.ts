import { setMaxListeners } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realpath } from 'node:fs/promises';
import { type Artifact, fileDigest, inspectArtifact } from './artifact.js';
import { LoadFailed, UnsupportedArtifact } from './errors.js';
import { refuseEscapingLinks } from './escaping-links.js';
import { Guest } from './guest.js';
import { folderName, guestsFolder, makeGuestFolder, makeGuestsFolder } from './guest-folder.js';
import { GuestProcess } from './guest-process.js';
import type { GuestSpec, Limits, Placed } from './guest-spec.js';
import { guestUser } from './guest-user.js';
import { idleMemory } from './idle-memory.js';
import { CAN_DENY_NETWORK, isUngrantable, type Launch } from './launch.js';
import type { LineOrigin } from './log-line.js';
import { packageScope, readableBy } from './readable.js';
import { scrubber } from './scrub.js';
import { secretMasker } from './secret-masker.js';
import { type SparePool, Spares } from './spares.js';

export interface StarterOptions {
  dataDir: string;
  /** Absolute path of the guest's main module. */
  guestProgram?: string;
  limits: Limits;
  /** Variables that every guest gets, from `guestEnvironment`. */
  environment: Readonly<Record<string, string>>;
  /** First of the user ids that guests run as where the server is root, or null. */
  uidBase: number | null;
  /** False: no guest may open sockets, which this Node must be able to deny; true where it is left out. */
  network?: boolean;
  /** Processes that are started before they are asked for; none where it is left out. */
  spares?: SparePool;
}

export interface StartOptions {
  /** False: services (ports, logins) stay off. */
  services: boolean;
  /** Folder name below the guests' folder; the plugin's own unless given. */
  folder?: string;
  onLine: (line: string, origin: LineOrigin) => void;
  /** Ends the process at any time of its life. */
  signal: AbortSignal;
}

const GUEST_PROGRAM = fileURLToPath(new URL('../guest-program/main.mjs', import.meta.url));

/** How long calls under way are still waited for when the server stops, in milliseconds. */
const HASTE_MS = 1_000;

/** Turns a spec into a running guest; everything about the artifact is checked anew at each start. */
export class GuestStarter {
  readonly spares: Spares;
  private readonly haste = new AbortController();

  /** @throws Error when guests must not have the network and this Node cannot deny it */
  constructor(private readonly options: StarterOptions) {
    if (options.network === false && !CAN_DENY_NETWORK)
      throw new Error(`Node ${process.versions.node} cannot deny plugins the network`);
    this.spares = new Spares(options.spares ?? { most: 0, keepMs: 0 }, options.dataDir);
    // Each guest that waits for its calls listens.
    setMaxListeners(0, this.haste.signal);
  }

  /** From now on no guest that is to stop waits for its calls for more than a second, which they may otherwise take. */
  hasten(): void {
    setTimeout(() => this.haste.abort(), HASTE_MS).unref();
  }

  /** Absolute path of a folder among the guests' data folders. */
  folder(name: string): string {
    return join(guestsFolder(this.options.dataDir), name);
  }

  /** @throws LoadFailed, PathOutsideRoots, PathNotFound, UnsupportedArtifact, ChecksumMismatch */
  async start(spec: GuestSpec, { services, folder, onLine, signal }: StartOptions): Promise<Guest> {
    const artifact = await inspectArtifact(spec.path, spec.roots);
    const launch = await this.fence(spec, artifact, this.folder(folder ?? folderName(spec)));
    // It comes up while the rest is looked at, and is told what to load when all of it is right.
    const child = this.spares.take(launch) ?? new GuestProcess(launch, this.options.dataDir);
    const digest = await verify(spec, artifact).catch(async (error: unknown) => {
      child.kill('was not needed');
      await child.exited;
      throw error;
    });
    const own = artifact.packageDir ?? dirname(artifact.entry);
    const folders = { [own]: '.', [launch.dataFolder]: '~', [dirname(launch.guestProgram)]: 'guest' };
    const roots = Object.fromEntries(spec.roots.map((root) => [root, '…']));
    const mask = secretMasker(spec.secrets);
    const scrub = scrubber(mask, { ...roots, ...folders });
    if (launch.user === null && process.getuid?.() === 0 && this.options.uidBase !== null)
      onLine('warn: runs as the user of the server: a folder it needs is closed to other users', {
        stream: 'server',
        level: 'warn',
      });
    const start = {
      type: 'start' as const,
      format: artifact.format,
      entry: artifact.entry,
      name: spec.name,
      config: spec.config,
      env: spec.env,
      initialise: spec.configured,
      services,
    };
    const { limits } = this.options;
    const haste = this.haste.signal;
    return Guest.start({ process: child, limits, start, digest, mask, scrub, haste, onLine }, signal);
  }

  /** Has a process wait for the next start of a plugin. @throws like `start` */
  async keepSpare(placed: Placed): Promise<void> {
    const artifact = await inspectArtifact(placed.path, placed.roots);
    const launch = await this.fence(placed, artifact, this.folder(folderName(placed)));
    this.spares.keep(placed.pluginId, launch);
  }

  private async fence({ slot, roots }: Placed, artifact: Artifact, dataFolder: string): Promise<Launch> {
    const { guestProgram = GUEST_PROGRAM, uidBase, limits, environment, network = true } = this.options;
    const program = await realpath(guestProgram).catch(() => {
      throw new LoadFailed('the guest program is missing: build the server', 'artifact');
    });
    const readable = await readableBy(artifact, roots);
    if ([...readable, dataFolder].some(isUngrantable))
      throw new UnsupportedArtifact('The path of a plugin must have no "*" and no "," in it.');
    const needed = [process.execPath, program, artifact.entry, ...readable];
    await makeGuestsFolder(this.options.dataDir);
    const user = await guestUser(uidBase, slot, needed, dataFolder);
    await makeGuestFolder(dataFolder, user);
    const wasi = artifact.format === 'wasm';
    const realFolder = await realpath(dataFolder);
    const scopes = await Promise.all([program, artifact.entry].map(packageScope));
    const granted = [...readable, ...scopes.flat()];
    return {
      guestProgram: program,
      readable: granted,
      dataFolder: realFolder,
      environment,
      user,
      wasi,
      // A module has no imports that open sockets; this is for what breaks out of WebAssembly.
      network: network && artifact.format === 'javascript',
      limits,
      idle: await idleMemory(limits.heapMb),
    };
  }
}

/** @returns the digest of the file that is loaded @throws ChecksumMismatch, PathOutsideRoots, UnsupportedArtifact */
async function verify({ sha256, roots }: GuestSpec, { entry, packageDir }: Artifact): Promise<string> {
  const digest = await fileDigest(entry, sha256);
  if (packageDir) await refuseEscapingLinks(packageDir, roots);
  return digest;
}
