/** The data folder cannot be used; the message says why and what to do, for the person who starts the server. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

/** The system's error code (`ENOENT`, `EACCES` …) of a failed file operation, '' for any other failure. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
