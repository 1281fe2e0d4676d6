/** What the plugins module must be told at start. */
export interface PluginsOptions {
  /** The data folder, real path. */
  dataDir: string;
  /** Real paths of the folders that path plugins may live in. */
  roots: string[];
  /** Folder of the plugins that come with the server, readable for guests. */
  bundledDir: string;
  /** The guest program's main module, readable for guests. */
  guestProgram: string;
  /** Environment variables that every guest gets. */
  guestEnvironment: Readonly<Record<string, string>>;
}

/** Injection token. */
export const PLUGINS_OPTIONS = Symbol('plugins options');
