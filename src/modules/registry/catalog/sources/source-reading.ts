import type { RegistrySource } from '../../../../config/registry-sources.js';
import type { CatalogEntry } from '../catalog-entry.js';
import type { Foreign } from './entry-fields.js';

/** One thing that a source says: an entry, that a name is gone, or (null) something malformed. */
export type Said = { entry: CatalogEntry } | { gone: string } | null;

/** What a source knows of the last time; whatever the adapter put there. */
export type SourceState = Record<string, unknown>;

/** What a source says. */
export interface Reading {
  /** Null: nothing has changed since `state` was kept. */
  said: AsyncIterable<Said> | null;
  /** Whether `said` has only what has changed since; otherwise what it does not name is gone. */
  changesOnly?: boolean;
  /** To be kept once all of it was taken over; complete when `said` has been read to its end. */
  state: SourceState;
}

/** A catalogue that is one document. */
export interface OpenedDocument {
  /** Null: it is what it was when `state` was kept. */
  body: AsyncIterable<Buffer> | null;
  state: SourceState;
}

/** How catalogues are fetched. */
export interface SourceClient {
  /** Opens a document, unless it is still the one that `state` was kept for. @throws AppError when it cannot be had */
  open(source: RegistrySource, state: SourceState, signal: AbortSignal): Promise<OpenedDocument>;
  /**
   * One page of an API.
   * @param path below the source's URL
   * @throws AppError when it cannot be had or is no JSON object
   */
  page(
    source: RegistrySource,
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Foreign>;
}

/** What an adapter works with. */
export interface SourceTask {
  source: RegistrySource;
  /** As it was kept with the last reading; empty at first. */
  state: SourceState;
  client: SourceClient;
  signal: AbortSignal;
  /** Addresses of the npm registry that packages come from, and of the one that it may stand for; no slash at the end. */
  npmRegistries: readonly string[];
}

/** Reads one kind of catalogue. @throws AppError when it cannot be had or is none */
export type SourceAdapter = (task: SourceTask) => Promise<Reading>;
