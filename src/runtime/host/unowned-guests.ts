import { RuntimeStopping } from './errors.js';
import type { Guest } from './guest.js';

export interface UnownedGuest {
  guest: Guest;
  /** Hands the guest to someone who sees to its end. */
  release: () => void;
}

/** Guests that no supervisor looks after: trials, and candidates until they are adopted. */
export class UnownedGuests {
  private readonly ended = new Map<AbortController, Promise<unknown>>();
  private isStopping = false;

  /**
   * A guest that ends with the server unless `release` hands it to someone who sees to that.
   * @throws RuntimeStopping, what `start` throws
   */
  async start(start: (signal: AbortSignal) => Promise<Guest>): Promise<UnownedGuest> {
    if (this.isStopping) throw new RuntimeStopping();
    const abort = new AbortController();
    const release = (): void => void this.ended.delete(abort);
    const starting = start(abort.signal);
    const ended = starting.then(
      (guest) => guest.exited,
      () => undefined,
    );
    this.ended.set(abort, ended);
    try {
      const guest = await starting;
      void guest.exited.then(release);
      return { guest, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Ends all, those that are being started too, and starts none from now on. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const ending = [...this.ended.values()];
    for (const abort of this.ended.keys()) abort.abort();
    await Promise.allSettled(ending);
  }
}
