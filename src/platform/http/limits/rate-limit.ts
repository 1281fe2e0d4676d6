import type { Logger } from 'pino';
import { TooManyRequests } from '../errors.js';
import { Bucket, policyItem, type Quota } from './bucket.js';
import type { RateLimitRepository } from './rate-limit.repository.js';

/**
 * A server tells the others when a caller has spent this part of the quota here. So `n` servers together let
 * through at most `n` such parts more than the quota, and what arrives while one is told; the debt is paid from
 * what comes next.
 */
const TOLD_PART = 1 / 50;
const MAX_CALLERS = 50_000;

/** One quota that each caller has, kept by all servers together without asking Postgres for every request. */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();
  private readonly due = new Map<string, Bucket>();
  private telling = false;
  private readonly part: number;

  constructor(
    private readonly policy: Quota & { setting: string; caller: string },
    private readonly shared: Pick<RateLimitRepository, 'spend'>,
    private readonly log: Logger,
  ) {
    this.part = Math.max(1, Math.floor(policy.quota * TOLD_PART));
  }

  /** As an item of the `RateLimit-Policy` header. */
  get header(): string {
    return policyItem(this.policy);
  }

  /**
   * Takes one from the caller's quota; answers the bucket with what is left.
   * @throws TooManyRequests `rate_limited`
   */
  spend(caller: string, now: number): Bucket {
    const bucket = this.bucketOf(caller, now);
    if (!bucket.take(now)) throw this.refusal(bucket);
    if (bucket.untold >= this.part) {
      this.due.set(caller, bucket);
      void this.tell();
    }
    return bucket;
  }

  /** @throws TooManyRequests `rate_limited` when the caller has nothing left */
  check(caller: string, now: number): void {
    const bucket = this.buckets.get(caller);
    if (bucket && !bucket.has(now)) throw this.refusal(bucket);
  }

  /** Forgets callers that have all of their quota. */
  forgetFull(now: number): void {
    for (const [caller, bucket] of this.buckets) if (bucket.isFull(now)) this.buckets.delete(caller);
  }

  private bucketOf(caller: string, now: number): Bucket {
    const known = this.buckets.get(caller);
    if (known) return known;
    if (this.buckets.size >= MAX_CALLERS) this.dropOldest();
    const bucket = new Bucket(this.policy, now);
    this.buckets.set(caller, bucket);
    return bucket;
  }

  private dropOldest(): void {
    const oldest = this.buckets.keys().next();
    if (!oldest.done) this.buckets.delete(oldest.value);
  }

  /** Tells what is due, one statement at a time: what becomes due meanwhile goes with the next. */
  private async tell(): Promise<void> {
    if (this.telling) return;
    this.telling = true;
    while (this.due.size > 0) {
      const batch = new Map(this.due);
      this.due.clear();
      await this.tellOf(batch);
    }
    this.telling = false;
  }

  private async tellOf(batch: ReadonlyMap<string, Bucket>): Promise<void> {
    const spent = new Map<string, number>();
    for (const [caller, bucket] of batch) {
      spent.set(this.keyOf(caller), bucket.untold);
      bucket.untold = 0;
    }
    try {
      const levels = await this.shared.spend(spent, this.policy.quota);
      for (const [caller, bucket] of batch) {
        const level = levels.get(this.keyOf(caller));
        if (level !== undefined) bucket.settle(level);
      }
    } catch (error) {
      // Told again with the next part; until then each server holds the quota by itself.
      for (const [caller, bucket] of batch) bucket.untold += spent.get(this.keyOf(caller)) ?? 0;
      this.log.debug({ err: error }, 'what callers have spent is not told');
    }
  }

  private keyOf(caller: string): string {
    return `${this.policy.name}:${caller}`;
  }

  private refusal(bucket: Bucket): TooManyRequests {
    const { quota, setting, caller } = this.policy;
    return new TooManyRequests(
      'rate_limited',
      `${caller} has used up its quota of ${quota} a minute (${setting}). Try again in ${bucket.wait} s.`,
      {
        'Retry-After': String(bucket.wait),
        'RateLimit-Policy': this.header,
        RateLimit: bucket.toString(),
      },
    );
  }
}
