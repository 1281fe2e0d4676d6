/**
 * The end of one download, whoever brings it about: its time limit, its caller or shutdown. What aborted it
 * first is the `reason` everyone reports; after `close()` no timer or listener is left.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly onCallerAbort = (): void => this.abort(this.caller?.reason);

  /**
   * @param ms time limit in milliseconds
   * @param onTimeout makes the error to end with when the time is up
   * @param caller the caller's own signal; its reason is passed on unchanged
   */
  constructor(
    ms: number,
    onTimeout: () => Error,
    private readonly caller?: AbortSignal,
  ) {
    this.timer = setTimeout(() => this.abort(onTimeout()), ms);
    if (caller?.aborted) this.onCallerAbort();
    else caller?.addEventListener('abort', this.onCallerAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason: unknown): void {
    this.controller.abort(reason);
  }

  close(): void {
    clearTimeout(this.timer);
    this.caller?.removeEventListener('abort', this.onCallerAbort);
  }

  /**
   * Waits for `work`, but no longer than the deadline; for work that cannot itself be cancelled.
   * @throws the reason of the deadline, or whatever `work` fails with
   */
  async race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    // Its failure may come after nobody waits for it any more.
    work.catch(() => undefined);
    signal.throwIfAborted();
    let stop = (): void => undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
