import type { Hook, HookPayload, LogLevel, PluginFormat, PluginType } from '../protocol.js';

/** Writes one line to the plugin's log at the host. */
export type Log = (level: LogLevel, line: string) => void;

/** What an adapter needs to load a plugin. */
export interface LoadRequest {
  format: PluginFormat;
  /** Absolute path of the module or the .wasm file. */
  entry: string;
  /** Name to use where the code has none of its own. */
  name: string;
  /** The plugin's settings, free of `__proto__` keys. */
  config: Record<string, unknown>;
  log: Log;
}

/** A plugin whose code is loaded but has not run; every format looks the same from here. */
export interface LoadedPlugin {
  /** What the code calls itself, or null. */
  readonly actualName: string | null;
  readonly description: string | null;
  /** In the protocol's order. */
  readonly types: PluginType[];
  readonly hooks: Hook[];
  /** Runs the plugin's own test, or null when it brings none. */
  readonly check: (() => unknown) | null;
  /**
   * Runs the plugin's init, then starts its services if wanted.
   * @throws what plugin code throws
   */
  initialise(services: boolean): Promise<void>;
  /**
   * Runs one hook.
   * @returns what the plugin answered, sync or as a promise; null or undefined: nothing changed
   * @throws what plugin code throws
   */
  call(hook: Hook, payload: HookPayload): unknown;
  /** Lets the plugin clean up. @throws what plugin code throws */
  stop(): Promise<void>;
}

/** Any non-null object or function, so that its properties can be read. */
export type Bag = Record<string, unknown>;

export function isBag(value: unknown): value is Bag {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
