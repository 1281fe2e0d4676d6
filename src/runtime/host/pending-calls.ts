import type { Failure } from '../protocol.js';
import { millisecondsSince } from './durations.js';

/** What a call came to: the guest's answer, or that none came in time. */
export type Outcome =
  | { kind: 'value'; value: unknown; durationMs: number }
  | ({ kind: 'failed'; durationMs: number } & Failure)
  | { kind: 'late'; durationMs: number }
  | { kind: 'gone'; message: string; durationMs: number };

interface Pending {
  startedAt: number;
  timer: NodeJS.Timeout;
  outcome: Promise<Outcome>;
  settle(outcome: Outcome): void;
}

/** The questions a guest has not answered yet; each is settled exactly once. */
export class PendingCalls {
  private readonly calls = new Map<number, Pending>();
  private lastId = 0;

  /** @param send puts the question, given its id; when it throws nothing is pending */
  ask(limitMs: number, send: (id: number) => void): Promise<Outcome> {
    this.lastId += 1;
    const id = this.lastId;
    const startedAt = performance.now();
    send(id);
    let settle: (outcome: Outcome) => void = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => (settle = resolve));
    const late = (): boolean => this.finish(id, (durationMs) => ({ kind: 'late', durationMs }));
    this.calls.set(id, { startedAt, timer: setTimeout(late, limitMs), outcome, settle });
    return outcome;
  }

  /** Returns false when nobody asked. */
  finish(id: number, outcome: (durationMs: number) => Outcome): boolean {
    const call = this.calls.get(id);
    if (!call) return false;
    this.calls.delete(id);
    clearTimeout(call.timer);
    call.settle(outcome(millisecondsSince(call.startedAt)));
    return true;
  }

  /** Resolves when all that was asked is settled, which their limits see to, or once `haste` is aborted. */
  async settled(haste: AbortSignal): Promise<void> {
    if (this.calls.size === 0 || haste.aborted) return;
    const over = new AbortController();
    const outOfTime = new Promise((resolve) =>
      haste.addEventListener('abort', resolve, { signal: over.signal }),
    );
    await Promise.race([Promise.all([...this.calls.values()].map(({ outcome }) => outcome)), outOfTime]);
    over.abort();
  }

  /** The guest is gone: so are all answers. */
  abandon(message: string): void {
    for (const id of [...this.calls.keys()])
      this.finish(id, (durationMs) => ({ kind: 'gone', message, durationMs }));
  }
}
