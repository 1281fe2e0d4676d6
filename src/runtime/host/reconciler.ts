import { availableParallelism } from 'node:os';
import { causeOf } from './errors.js';
import type { GuestSpec } from './guest-spec.js';
import type { PluginRuntime } from './plugin-runtime.js';
import { StartSlots } from './start-slots.js';

/** What should be so about one plugin. */
export interface Wanted {
  pluginId: string;
  /** Display name. */
  name: string;
  enabled: boolean;
  revision: number;
  /** Read only when the plugin is to be started; may download what is missing. */
  readSpec(): Promise<GuestSpec>;
}

export interface ReconcilerOptions {
  runtime: PluginRuntime;
  /** Reads what is wanted: of one plugin (none or one row) when an id is given, else of all. */
  readWanted(pluginId?: string): Promise<Wanted[]>;
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

  /** Sees to one plugin, or to all, soon. */
  trigger(pluginId?: string): void {
    void this.converge(pluginId);
  }

  /** Sees to one plugin, or to all; resolves when all that differed has been acted on. Never rejects. */
  async converge(pluginId?: string): Promise<void> {
    const pass = this.pass(pluginId).catch((error: unknown) =>
      this.options.onError(`cannot read the wanted plugins: ${causeOf(error)}`),
    );
    this.underWay.add(pass);
    await pass;
    this.underWay.delete(pass);
  }

  private async pass(pluginId?: string): Promise<void> {
    if (pluginId !== undefined) return this.settle(pluginId);
    const wanted = new Map((await this.options.readWanted()).map((item) => [item.pluginId, item]));
    const known = new Set([...wanted.keys(), ...this.options.runtime.pluginIds()]);
    const differing = [...known].filter((id) => this.differs(id, wanted.get(id)));
    await Promise.all(differing.map((id) => this.slots.run(() => this.settle(id))));
  }

  /** Reads again once the plugin is ours alone: what was wanted a moment ago may have been changed since. */
  private async settle(pluginId: string): Promise<void> {
    try {
      await this.options.runtime.exclusively(pluginId, async () => {
        const [wanted] = await this.options.readWanted(pluginId);
        if (this.differs(pluginId, wanted)) await this.act(pluginId, wanted);
      });
    } catch (error) {
      this.options.onError(`cannot see to plugin ${pluginId}: ${causeOf(error)}`);
    }
  }

  private differs(pluginId: string, wanted: Wanted | undefined): boolean {
    const { status, revision } = this.options.runtime.actual(pluginId);
    if (!wanted) return this.options.runtime.pluginIds().includes(pluginId);
    return wanted.enabled ? revision !== wanted.revision : status !== 'disabled';
  }

  private async act(pluginId: string, wanted: Wanted | undefined): Promise<void> {
    const { runtime } = this.options;
    if (!wanted) await runtime.stop(pluginId, 'deleted');
    else if (wanted.enabled) await this.run(wanted);
    else await runtime.stop(pluginId, 'disabled');
  }

  /** A plugin whose spec cannot be read (its download is gone, say) shows why, and differs until it can be. */
  private async run(wanted: Wanted): Promise<void> {
    const { pluginId, name, revision } = wanted;
    const { runtime } = this.options;
    const refuse = (error: unknown): Promise<void> => runtime.refuse(pluginId, name, causeOf(error));
    const spec = await wanted.readSpec().catch(refuse);
    if (spec) await runtime.run(spec, revision);
  }
}
