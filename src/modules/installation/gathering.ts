import { rm } from 'node:fs/promises';
import type { JobTask } from '../../platform/jobs/job-handlers.js';
import type { Tools } from './package-tools.js';
import { Announcement } from './packages/announcement.js';
import type { BuildProgress } from './packages/build-progress.js';
import type { LockedPackage } from './packages/lockfile.js';
import type { BuiltPackage, StepOptions } from './packages/package-builder.js';
import type { PackagePlan } from './packages/package-plan.js';
import { asksForEvidence, enforce, type PolicySettings } from './packages/package-policy.js';
import type { ResolvedPackage } from './packages/package-registry.client.js';
import type { Trust } from './packages/package-verifier.js';
import { enforceEvidence, factsOf } from './packages/policy-facts.js';
import { together } from './packages/together.js';

export type Closure = readonly LockedPackage[];

/** A version with the evidence for it, in the directory where it was built. */
export interface Gathered {
  plan: PackagePlan;
  trust: Trust;
  built: BuiltPackage;
}

/** What is to be gathered, and whom to tell how it goes. */
export interface GatheringTask extends Pick<JobTask<object>, 'signal' | 'progress'> {
  name: string;
  version: string;
  /** Where to build; not there yet, and not left behind when it fails. */
  directory: string;
}

/** Where a phase begins and ends on the scale of the whole job. */
const SCALE: Record<BuildProgress['phase'], [from: number, to: number]> = {
  resolving: [5, 25],
  downloading: [30, 70],
  extracting: [70, 80],
};

/** Plans, verifies and builds one version of a package. */
export class Gathering {
  constructor(
    private readonly tools: Tools,
    private readonly policy: PolicySettings,
    private readonly task: GatheringTask,
  ) {}

  /** @throws AppError as `PackageRegistryClient.resolve`, `PackageBuilder.build`, `PackageVerifier.verify`; Unprocessable `policy_refused` */
  async run(): Promise<Gathered> {
    const { name, version, signal, directory, progress } = this.task;
    progress('resolving', 5);
    const resolved = await this.tools.registry.resolve(name, version, signal);
    enforce(factsOf(resolved), this.policy);
    try {
      return await (asksForEvidence(this.policy) ? this.stepByStep(resolved) : this.atOnce(resolved));
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Where the policy asks for evidence nothing is fetched before it is there. */
  private async stepByStep(resolved: ResolvedPackage): Promise<Gathered> {
    const { name, version, directory, signal, progress } = this.task;
    const { builder } = this.tools;
    const steps = this.steps(signal);
    const plan = await builder.plan(name, version, steps);
    progress('verifying', 25);
    const trust = await this.verified(resolved, plan.closure, signal);
    progress('downloading', SCALE.downloading[0]);
    return { plan, trust, built: await builder.build(plan, directory, steps) };
  }

  /** Else it is gathered while the package is fetched and built, and whatever speaks against it ends the building. */
  private async atOnce(resolved: ResolvedPackage): Promise<Gathered> {
    const closure = new Announcement<Closure>();
    const onResolved = (found: Closure): void => {
      this.task.progress('verifying', 25);
      this.task.progress('downloading', SCALE.downloading[0]);
      closure.tell(found);
    };
    const [trust, rest] = await together(
      this.task.signal,
      async (until) => this.verified(resolved, await closure.heard(until), until),
      (until) => this.made(onResolved, until),
    );
    return { ...rest, trust };
  }

  private async made(
    onResolved: (closure: Closure) => void,
    until: AbortSignal,
  ): Promise<Omit<Gathered, 'trust'>> {
    const { name, version, directory } = this.task;
    const { builder } = this.tools;
    const plan = await builder.keptPlan(name, version);
    if (!plan)
      return builder.planAndBuild({ name, version }, directory, { ...this.steps(until), onResolved });
    onResolved(plan.closure);
    return { plan, built: await builder.build(plan, directory, this.steps(until)) };
  }

  private async verified(resolved: ResolvedPackage, closure: Closure, until: AbortSignal): Promise<Trust> {
    const trust = await this.tools.verifier.verify(resolved, closure, until);
    enforceEvidence(resolved.name, trust, this.policy);
    return trust;
  }

  private steps(signal: AbortSignal): StepOptions {
    const onProgress = ({ phase, percentage }: BuildProgress): void => {
      const [from, to] = SCALE[phase];
      this.task.progress(phase, Math.round(from + ((to - from) * percentage) / 100));
    };
    return { signal, onProgress };
  }
}
