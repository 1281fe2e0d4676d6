import type { Hook, PluginType } from '../protocol.js';

/** Everything that is needed to bring one plugin up. */
export interface GuestSpec {
  pluginId: string;
  /** Small whole number that no other plugin has: its own user id counts from it where the server is root. */
  slot: number;
  /** Display name; used in log lines and where the code has no name of its own. */
  name: string;
  /** Version of the code, where it says one. */
  version?: string | null;
  /** Absolute path of the artifact: a file or a directory. */
  path: string;
  /** Folders the path must really lie in; checked again at every start. */
  roots: string[];
  /** Expected SHA-256 of the file that is loaded, 64 hex digits. */
  sha256?: string;
  /** Settings with secrets opened. */
  config: Record<string, unknown>;
  /** The same settings as environment variables of the plugin's process. */
  env: Record<string, string>;
  /** False: the code is loaded but not initialised. */
  configured: boolean;
  /** Values that must not show up in logs and errors. */
  secrets: string[];
}

/** What of it is fixed when a process is started, before that is told anything: its files, and the user it runs as. */
export type Placed = Pick<GuestSpec, 'pluginId' | 'slot' | 'path' | 'roots'>;

export type PluginStatus =
  'active' | 'error' | 'disabled' | 'loading' | 'uninitialized' | 'unloaded' | 'loaded';

/**
 * The wanted state that something follows. A plugin that is deleted and created again begins at revision 1 again,
 * but never with the same slot.
 */
export interface Target {
  slot: number;
  revision: number;
}

/** The last time that a plugin's process ended unasked, or did not come up, and how often that has happened. */
export interface LastExit {
  /** In words, secrets taken out. */
  cause: string;
  at: Date;
  /** Exits on this node since the plugin was created. */
  count: number;
}

/** What is so on this node about one plugin, as opposed to what is wanted. */
export interface ActualPlugin {
  /** `uninitialized`: loaded but not configured. `unloaded`: this process has not started it. */
  status: PluginStatus;
  actualName: string | null;
  description: string | null;
  types: PluginType[];
  hooks: Hook[];
  hasCheck: boolean;
  /** Newest last; bounded. */
  logs: string[];
  error: string | null;
  /** Revision of the wanted state that this follows; null when it follows none. */
  revision: number | null;
  /** Slot of the plugin whose revision that is. */
  slot: number | null;
  /** Version of the code that runs, where it says one. */
  version: string | null;
  /** SHA-256 of the file that was loaded, hex. */
  digest: string | null;
  pid: number | null;
  startedAt: Date | null;
  /** Restarts after a crash since the last change. */
  restarts: number;
  /** Stays when the plugin runs again; null where it has never ended unasked. */
  lastExit: LastExit | null;
}

/** What a plugin of which nothing is known looks like. */
export const UNLOADED: ActualPlugin = {
  status: 'unloaded',
  actualName: null,
  description: null,
  types: [],
  hooks: [],
  hasCheck: false,
  logs: [],
  error: null,
  revision: null,
  slot: null,
  version: null,
  digest: null,
  pid: null,
  startedAt: null,
  restarts: 0,
  lastExit: null,
};

/** Bounds of one guest process. Times in milliseconds, sizes in MiB. */
export interface Limits {
  heapMb: number;
  /** All private memory: heap, buffers, WebAssembly. Enforced by the kernel on Linux only. */
  memoryMb: number;
  startMs: number;
  callMs: number;
  stopMs: number;
  /** Time between two pings; three unanswered in a row mean that the guest hangs. */
  heartbeatMs: number;
}

/** How crashes are met. Times in milliseconds. */
export interface BackOff {
  firstMs: number;
  maxMs: number;
  /** So many failures within `windowMs` quarantine the plugin. */
  failures: number;
  windowMs: number;
}

export const BACK_OFF: BackOff = { firstMs: 100, maxMs: 30_000, failures: 5, windowMs: 60_000 };
