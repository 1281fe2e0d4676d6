import type { PnpmEvent } from './pnpm-process.js';

export interface BuildProgress {
  readonly phase: 'resolving' | 'downloading' | 'extracting';
  /** Of the phase, 0 to 100, never falling. */
  readonly percentage: number;
}

/** How fast the resolving percentage nears its end: the number of packages is not known before. */
const TYPICAL_CLOSURE = 60;

/** Reads the package manager's events as progress; a phase that has ended does not come back. */
export class ProgressReader {
  private readonly seen = { resolved: 0, fetched: 0, imported: 0 };
  private last: BuildProgress | null = null;

  /** @param total packages to fetch, when known */
  constructor(
    private readonly report: ((progress: BuildProgress) => void) | undefined,
    private total: number | null,
  ) {}

  /** From here on it is known how many there are. */
  resolved(total: number): void {
    this.total = total;
  }

  read(event: PnpmEvent): void {
    if (event.name !== 'pnpm:progress') return;
    const status = event['status'] === 'found_in_store' ? 'fetched' : event['status'];
    if (status !== 'resolved' && status !== 'fetched' && status !== 'imported') return;
    this.seen[status] += 1;
    const { resolved, fetched, imported } = this.seen;
    if (this.total === null) this.tell('resolving', 1 - Math.exp(-resolved / TYPICAL_CLOSURE));
    else if (fetched < this.total && status !== 'resolved') this.tell('downloading', fetched / this.total);
    else if (status === 'imported' || fetched === this.total) this.tell('extracting', imported / this.total);
  }

  private tell(phase: BuildProgress['phase'], share: number): void {
    const percentage = Math.min(100, Math.round(share * 100));
    if (this.last?.phase === 'extracting' && phase === 'downloading') return;
    if (this.last?.phase === phase && this.last.percentage >= percentage) return;
    this.last = { phase, percentage };
    this.report?.(this.last);
  }
}
