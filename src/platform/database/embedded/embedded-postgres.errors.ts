/** The embedded database cannot run; the message says why and what to do, for the person who starts the server. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** A postmaster that ended before it answered; `output` is what it printed. */
export class StartFailure extends EmbeddedPostgresError {
  constructor(readonly output: string) {
    super(`The embedded Postgres did not start:\n${output.trim() || '(it printed nothing)'}`);
  }

  /** Whether waiting helps: children of a killed postmaster hold its shared memory for about a second. */
  get passes(): boolean {
    return /pre-existing shared memory block|lock file "postmaster\.pid"/.test(this.output);
  }

  /** Whether something else listens on the port. */
  get portTaken(): boolean {
    return /could not (bind|create any TCP\/IP sockets)|Address already in use/.test(this.output);
  }
}
