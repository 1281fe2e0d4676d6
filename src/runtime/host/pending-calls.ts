/** What a call came to: the guest's answer, or that none came in time. */
export type Outcome =
  | { kind: 'value'; value: unknown; durationMs: number }
  | { kind: 'failed'; message: string; durationMs: number }
  | { kind: 'late'; durationMs: number }
  | { kind: 'gone'; message: string; durationMs: number };

interface Pending {
  startedAt: number;
  timer: NodeJS.Timeout;
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
    return new Promise((settle) => {
      const timer = setTimeout(
        () => this.finish(id, (durationMs) => ({ kind: 'late', durationMs })),
        limitMs,
      );
      this.calls.set(id, { startedAt, timer, settle });
    });
  }

  /** Returns false when nobody asked. */
  finish(id: number, outcome: (durationMs: number) => Outcome): boolean {
    const call = this.calls.get(id);
    if (!call) return false;
    this.calls.delete(id);
    clearTimeout(call.timer);
    call.settle(outcome(performance.now() - call.startedAt));
    return true;
  }

  /** The guest is gone: so are all answers. */
  abandon(message: string): void {
    for (const id of [...this.calls.keys()])
      this.finish(id, (durationMs) => ({ kind: 'gone', message, durationMs }));
  }
}
