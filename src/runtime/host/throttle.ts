import type { Readable } from 'node:stream';

const WINDOW_MS = 1_000;

/**
 * Lets a stream be read up to an amount a second and pauses it for the rest of that second: a guest that
 * writes forever then waits in its own write call, and costs the host next to nothing.
 */
export class Throttle {
  private windowEnd = 0;
  private used = 0;
  private timer: NodeJS.Timeout | null = null;
  private readonly paused = new Set<Readable>();

  /** @param onWindowEnd called once after a second in which something was refused or paused */
  constructor(
    private readonly perSecond: number,
    private readonly onWindowEnd: () => void = () => undefined,
  ) {}

  /** Counts `amount`; false when the second's allowance was already used up. */
  take(amount: number): boolean {
    const now = performance.now();
    if (now >= this.windowEnd) {
      this.windowEnd = now + WINDOW_MS;
      this.used = 0;
    }
    const allowed = this.used < this.perSecond;
    this.used += amount;
    if (!allowed) this.arm();
    return allowed;
  }

  /** Stops reading `stream` until the next second. */
  pause(stream: Readable): void {
    stream.pause();
    this.paused.add(stream);
    this.arm();
  }

  get isPausing(): boolean {
    return this.paused.size > 0;
  }

  /** Ends the current second now: streams flow again. */
  release(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.windowEnd = 0;
    for (const stream of this.paused) stream.resume();
    this.paused.clear();
    this.onWindowEnd();
  }

  private arm(): void {
    this.timer ??= setTimeout(() => this.release(), Math.max(1, this.windowEnd - performance.now()));
  }
}
