/** The parts used here of npm's own libraries, which declare no types. */

declare module '@npmcli/config' {
  interface Source {
    /** Values by key, variables replaced; inherits from the sources that it goes before. */
    readonly data: Readonly<Record<string, unknown>>;
    /** As written. */
    readonly raw: Readonly<Record<string, unknown>> | null;
    /** Path of the file, or what stands for it. */
    readonly source: string | null;
    readonly loadError?: NodeJS.ErrnoException;
  }

  /** Reads npm's settings. */
  export default class Config {
    constructor(options: object);
    /** Sources, the weakest first. */
    readonly data: ReadonlyMap<string, Source>;
    /** Settings under the names that npm's other libraries take. */
    readonly flat: Readonly<Record<string, unknown>>;
    load(): Promise<void>;
    /** Drops values of wrong types. @throws for credentials that belong to no registry */
    validate(): boolean;
    get(key: string): unknown;
    /** The source that the value of a key comes from. */
    find(key: string): string | null;
  }
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const definitions: {
    readonly nerfDarts: readonly string[];
    readonly defaults: { readonly registry: string };
  };
  export default definitions;
}

declare module 'npm-pick-manifest' {
  interface Packument<M> {
    readonly name: string;
    readonly versions: Readonly<Record<string, M>>;
    readonly 'dist-tags': Readonly<Record<string, string>>;
    readonly time?: Readonly<Record<string, string>>;
  }

  /**
   * Picks a version as npm does.
   * @throws Error with the code `ETARGET`, `ENOVERSIONS`
   */
  export default function pickManifest<M extends object>(
    packument: Packument<M>,
    wanted: string,
    options?: { readonly before?: Date | null },
  ): M;
}
