import { availableParallelism } from 'node:os';
import { causeOf } from './errors.js';
import type { GuestSpec, Target } from './guest-spec.js';
import type { PluginRuntime } from './plugin-runtime.js';
import { StartSlots } from './start-slots.js';

/** What a plugin should be at. */
export interface WantedTarget extends Target {
  pluginId: string;
}

/** What should be so about one plugin. */
export interface Wanted extends WantedTarget {
  /** Display name. */
  name: string;
  enabled: boolean;
  /** Read only when the plugin is to be started; may download what is missing. */
  readSpec(): Promise<GuestSpec>;
}

export interface ReconcilerOptions {
  runtime: PluginRuntime;
  /** What every plugin should be at; read often, so it should be cheap. */
  readTargets(): Promise<WantedTarget[]>;
  /** What is wanted of one plugin; null when there is none. */
  readWanted(pluginId: string): Promise<Wanted | null>;
  /** Time between two full passes, in milliseconds. */
  intervalMs: number;
  /** Told why a pass or a plugin could not be seen to; it is tried again at the next pass. */
  onError(message: string): void;
}

/**
 * Makes what runs here equal what is wanted: reads both, acts on the difference, and may be run at any time
 * and any number of times at once. A plugin that cannot be brought up holds up no other.
 */
export class Reconciler {
  private readonly slots = new StartSlots(availableParallelism());
  private readonly underWay = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | null = null;
  private resolveCaughtUp: () => void = () => undefined;
  /** Resolves after the first full pass: every plugin that was wanted then runs, or has failed. */
  readonly caughtUp = new Promise<void>((resolve) => (this.resolveCaughtUp = resolve));

  constructor(private readonly options: ReconcilerOptions) {}

  /** Begins with a full pass and repeats it until `stop`. */
  start(): void {
    this.timer ??= setInterval(() => this.trigger(), this.options.intervalMs);
    this.trigger();
  }

  /** Ends the passes; resolves when none is under way. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await Promise.all(this.underWay);
  }

  /**
   * Sees to one plugin, or to all, soon.
   * @param revision of the plugin by now: where it is followed already, nothing is read
   */
  trigger(pluginId?: string, revision?: number): void {
    void this.converge(pluginId, revision);
  }

  /** Sees to one plugin, or to all; resolves when all that differed has been acted on. Never rejects. */
  async converge(pluginId?: string, revision?: number): Promise<void> {
    const pass = this.pass(pluginId, revision).catch((error: unknown) =>
      this.options.onError(`cannot read the wanted plugins: ${causeOf(error)}`),
    );
    this.underWay.add(pass);
    await pass;
    this.underWay.delete(pass);
  }

  private async pass(pluginId?: string, revision?: number): Promise<void> {
    if (pluginId !== undefined) return this.settle(pluginId, revision);
    const wanted = new Map((await this.options.readTargets()).map((target) => [target.pluginId, target]));
    const known = new Set([...wanted.keys(), ...this.options.runtime.pluginIds()]);
    const differing = [...known].filter((id) => this.differs(id, wanted.get(id) ?? null));
    await Promise.all(differing.map((id) => this.slots.run(() => this.settle(id))));
    this.resolveCaughtUp();
  }

  /** Reads again once the plugin is ours alone: what was wanted a moment ago may have been changed since. */
  private async settle(pluginId: string, revision?: number): Promise<void> {
    const { runtime } = this.options;
    try {
      await runtime.exclusively(pluginId, async () => {
        if (revision !== undefined && runtime.follows(pluginId)?.revision === revision) return;
        const wanted = await this.options.readWanted(pluginId);
        if (this.differs(pluginId, wanted)) await this.act(pluginId, wanted);
      });
    } catch (error) {
      this.options.onError(`cannot see to plugin ${pluginId}: ${causeOf(error)}`);
    }
  }

  private differs(pluginId: string, wanted: WantedTarget | null): boolean {
    const { runtime } = this.options;
    if (!wanted) return runtime.pluginIds().includes(pluginId);
    const follows = runtime.follows(pluginId);
    return follows?.revision !== wanted.revision || follows.slot !== wanted.slot;
  }

  private async act(pluginId: string, wanted: Wanted | null): Promise<void> {
    const { runtime } = this.options;
    if (!wanted) return runtime.stop(pluginId, 'deleted');
    if (wanted.enabled) await this.run(wanted);
    else await runtime.disable(pluginId, wanted);
  }

  /** A plugin whose spec cannot be read (its download is gone, say) shows why, and differs until it can be. */
  private async run(wanted: Wanted): Promise<void> {
    const { runtime } = this.options;
    const refuse = (error: unknown): Promise<void> => runtime.refuse(wanted, causeOf(error), wanted);
    const spec = await wanted.readSpec().catch(refuse);
    if (spec) await runtime.run(spec, wanted.revision);
  }
}
