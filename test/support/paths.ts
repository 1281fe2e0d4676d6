import { fileURLToPath } from 'node:url';

/** Absolute path of a file under test/fixtures, which is not compiled. */
export const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/${path}`, import.meta.url));

/** Absolute path of a file under dist/. */
export const built = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
