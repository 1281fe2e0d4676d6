/** Injection tokens of things that are not classes. */
export const CONFIG = Symbol('config');
export const LOG = Symbol('log');
/** This server's id among those of its fleet; stays the same over restarts. */
export const NODE_ID = Symbol('node id');
