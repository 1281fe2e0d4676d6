const MISSED_BEATS = 3;

/** Asks a guest every now and then whether it still turns; three silences in a row mean that it hangs. */
export class Heartbeat {
  private readonly timer: NodeJS.Timeout;
  private lastSent = 0;
  private lastSeen = 0;

  /**
   * @param everyMs time between two pings
   * @param ping sends one; returns false when silence would not be the guest's fault
   */
  constructor(everyMs: number, ping: (id: number) => boolean, onHung: (silentMs: number) => void) {
    this.timer = setInterval(() => {
      if (this.lastSent - this.lastSeen >= MISSED_BEATS) return onHung(MISSED_BEATS * everyMs);
      if (ping(this.lastSent + 1)) this.lastSent += 1;
    }, everyMs);
  }

  pong(id: number): void {
    if (id <= this.lastSent) this.lastSeen = this.lastSent;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
