/** How far a job has come. */
export interface ProgressStep {
  phase: string;
  percentage: number;
  message: string | null;
}

/** Postgres announces at most 8,000 bytes at a time. */
const MAX_MESSAGE = 500;
const MAX_PHASE = 60;

/**
 * Gathers a handler's reports, which may come a thousand times a second, into a few writes: of each phase the
 * last report, of every phase one. The percentage never falls: what is done side by side may report in any order.
 * Reports are news, not facts: one that cannot be written is lost.
 */
export class ProgressWriter {
  private pending: ProgressStep[] = [];
  private timer: NodeJS.Timeout | null = null;
  private furthest = 0;
  private writing: Promise<void> = Promise.resolve();

  /** @param write stores and announces steps @param everyMs shortest time between two writes */
  constructor(
    private readonly write: (steps: readonly ProgressStep[]) => Promise<void>,
    private readonly everyMs: number,
  ) {}

  report(phase: string, percentage: number, message?: string): void {
    this.furthest = Math.max(this.furthest, Math.trunc(Math.min(100, percentage || 0)));
    const step = {
      phase: clean(phase, MAX_PHASE),
      percentage: this.furthest,
      message: message === undefined ? null : clean(message, MAX_MESSAGE),
    };
    if (this.pending.at(-1)?.phase === step.phase) this.pending.pop();
    this.pending.push(step);
    this.timer ??= setTimeout(() => void this.flush(), this.everyMs);
  }

  /** Writes what there is, and waits for what is being written. Never rejects. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const steps = this.pending.splice(0);
    if (steps.length > 0) this.writing = this.writing.then(() => this.write(steps)).catch(() => undefined);
    return this.writing;
  }
}

/** Postgres has no place for U+0000. */
function clean(text: string, length: number): string {
  return text.replaceAll('\0', '').slice(0, length);
}
