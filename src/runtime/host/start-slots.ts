/** A start that takes longer is waiting for something, not for a core. */
const LONGEST_HOLD_MS = 500;

/** Lets a few tasks begin at a time; one that drags on gives its place to the next and goes on beside it. */
export class StartSlots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async run(task: () => Promise<void>): Promise<void> {
    await this.acquire();
    let held = true;
    const release = (): void => {
      if (held) this.release();
      held = false;
    };
    const timer = setTimeout(release, LONGEST_HOLD_MS);
    try {
      await task();
    } finally {
      clearTimeout(timer);
      release();
    }
  }

  private async acquire(): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}
