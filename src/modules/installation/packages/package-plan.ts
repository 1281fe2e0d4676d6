import type { LockedPackage } from './lockfile.js';

/** What would be installed. Kept, it builds the same tree again. */
export interface PackagePlan {
  readonly name: string;
  readonly version: string;
  /** The package itself and all it depends on, on any platform. */
  readonly closure: readonly LockedPackage[];
  readonly lockfile: string;
}

const MOST = 32;
const MOST_CHARACTERS = 2 ** 20;

/**
 * The plans made last. Each holds for as long as the metadata it was made from is not asked for again: until then
 * the same question has the same answer.
 */
export class KeptPlans {
  private readonly plans = new Map<string, PackagePlan>();
  private since = 0;

  /** @param since when the metadata in use began to be kept, in milliseconds */
  find(name: string, version: string, since: number): PackagePlan | null {
    return (since === this.since && this.plans.get(`${name}@${version}`)) || null;
  }

  keep(plan: PackagePlan, since: number): void {
    if (since !== this.since) this.plans.clear();
    this.since = since;
    if (plan.lockfile.length > MOST_CHARACTERS) return;
    const [oldest] = this.plans.keys();
    if (this.plans.size >= MOST && oldest !== undefined) this.plans.delete(oldest);
    this.plans.set(`${plan.name}@${plan.version}`, plan);
  }
}
