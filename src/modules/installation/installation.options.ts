/** What the installation module must be told at start. */
export interface InstallationOptions {
  /** The data folder, real path. */
  dataDir: string;
}

/** Injection token. */
export const INSTALLATION_OPTIONS = Symbol('installation options');
