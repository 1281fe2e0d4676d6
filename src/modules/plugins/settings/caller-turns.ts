/** What a caller may use at once, and how much of that comes back in a second. Milliseconds of work. */
const [BUDGET_MS, PER_SECOND_MS] = [3_000, 50];
/** Work that is done sooner is not counted: ordinary callers never meet a limit. */
const FREE_MS = 20;
const PRUNE_AT = 1_000;

interface Budget {
  left: number;
  at: number;
}

/**
 * Work that waits for one worker. The caller whose work has taken the least goes first, and those who have taken as
 * much take turns. Time is milliseconds of any clock that never goes back.
 */
export class CallerTurns<Work> {
  private readonly waiting = new Map<string, Work[]>();
  private readonly budgets = new Map<string, Budget>();
  /** How much waits in all. */
  size = 0;

  put(caller: string, work: Work): void {
    this.waiting.set(caller, [...this.of(caller), work]);
    this.size++;
  }

  /** What waits of a caller. */
  of(caller: string): readonly Work[] {
    return this.waiting.get(caller) ?? [];
  }

  /** The next piece of work, which waits no more. */
  take(now: number): { caller: string; work: Work } | null {
    const callers = [...this.waiting.keys()];
    const most = Math.max(...callers.map((caller) => this.left(caller, now)));
    const caller = callers.find((each) => this.left(each, now) === most);
    const [work, ...others] = this.of(caller ?? '');
    if (caller === undefined || work === undefined) return null;
    // A Map keeps its order: a caller that has more is the last one now.
    this.waiting.delete(caller);
    if (others.length > 0) this.waiting.set(caller, others);
    this.size--;
    return { caller, work };
  }

  spend(caller: string, elapsedMs: number, now: number): void {
    if (elapsedMs <= FREE_MS) return;
    if (this.budgets.size >= PRUNE_AT) this.prune(now);
    this.budgets.set(caller, { left: this.left(caller, now) - elapsedMs, at: now });
  }

  /** Seconds until the caller may have more done; 0 for now. */
  wait(caller: string, now: number): number {
    const left = this.left(caller, now);
    return left > 0 ? 0 : Math.ceil((1 - left) / PER_SECOND_MS);
  }

  private left(caller: string, now: number): number {
    const { left, at } = this.budgets.get(caller) ?? { left: BUDGET_MS, at: now };
    return Math.min(BUDGET_MS, left + ((now - at) / 1_000) * PER_SECOND_MS);
  }

  /** A full budget is the same as none on record. */
  private prune(now: number): void {
    for (const caller of this.budgets.keys())
      if (this.left(caller, now) >= BUDGET_MS) this.budgets.delete(caller);
  }
}
