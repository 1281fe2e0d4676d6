import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Where `npm test` tells the specs of a copy of openapi.yaml as JSON. */
export const TEST_DOCUMENT = 'PLUGBOARD_TEST_OPENAPI';

let document: unknown;

/**
 * openapi.yaml of this project, read once. Parsing it takes three quarters of a second, and every spec file is
 * a world of its own: so it is read from JSON where the run has made that.
 * @typeParam T the parts of the document that the caller looks at
 */
export function projectDocument<T>(): T {
  const copy = process.env[TEST_DOCUMENT];
  document ??= copy === undefined ? parseProjectDocument() : JSON.parse(readFileSync(copy, 'utf8'));
  return document as T;
}

/** openapi.yaml as it is on disk now. */
export function parseProjectDocument(): unknown {
  return parse(readFileSync(new URL('../../../openapi.yaml', import.meta.url), 'utf8'));
}
