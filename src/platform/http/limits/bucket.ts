/** How much may be done: `quota` at once, and as much again in every minute. */
export interface Quota {
  /** As the `RateLimit` header names it. */
  readonly name: string;
  readonly quota: number;
}

const WINDOW_SECONDS = 60;

/**
 * What one caller may still do: a bucket that holds `quota` and fills up evenly, one quota a minute.
 * Time is milliseconds of any clock that never goes back.
 */
export class Bucket {
  private level: number;

  constructor(
    private readonly policy: Quota,
    private at: number,
  ) {
    this.level = policy.quota;
  }

  /** What is taken here that nobody else knows of. */
  untold = 0;

  /** Takes one; answers false, and takes nothing, when there is none. */
  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.level--;
    this.untold++;
    return true;
  }

  /** Whether there is one to take. */
  has(now: number): boolean {
    const { quota } = this.policy;
    this.level = Math.min(quota, this.level + (now - this.at) * perMillisecond(quota));
    this.at = now;
    return this.level >= 1;
  }

  /** Whether it holds all it can, so that forgetting it changes nothing. */
  isFull(now: number): boolean {
    this.has(now);
    return this.level >= this.policy.quota && this.untold === 0;
  }

  /** Corrects the level to what all servers together have left, of which `untold` is not taken off yet. */
  settle(level: number): void {
    this.level = level - this.untold;
  }

  /** Whole seconds until there is one more. */
  get wait(): number {
    const { quota } = this.policy;
    if (this.level >= quota) return 0;
    const missing = Math.max(0, Math.floor(this.level)) + 1 - this.level;
    return Math.ceil(missing / perSecond(quota));
  }

  /** As an item of the `RateLimit` header. */
  toString(): string {
    const { name } = this.policy;
    return `"${name}";r=${Math.max(0, Math.floor(this.level))};t=${this.wait}`;
  }
}

/** As an item of the `RateLimit-Policy` header. */
export function policyItem({ name, quota }: Quota): string {
  return `"${name}";q=${quota};w=${WINDOW_SECONDS}`;
}

/** How fast a bucket fills. */
export function perSecond(quota: number): number {
  return quota / WINDOW_SECONDS;
}

function perMillisecond(quota: number): number {
  return perSecond(quota) / 1_000;
}
