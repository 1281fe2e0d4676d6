/** What this process is called among those of its fleet. */
export interface ThisNode {
  /** Stays the same over restarts. */
  id: string;
  /** For people. */
  name: string;
  /** Release that it runs. */
  version: string;
}

/** Injection token of ThisNode. */
export const THIS_NODE = Symbol('this node');
