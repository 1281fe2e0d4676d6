import { randomUUID } from 'node:crypto';
import type { Hook, HookPayload } from '../protocol.js';
import { Candidate } from './candidate.js';
import { causeOf, HookNotFound, LoadFailed, PluginNotActive, RuntimeStopping } from './errors.js';
import { Foresight } from './foresight.js';
import { removeGuestFolder, removeGuestFolders, TRIAL_PREFIX } from './guest-folder.js';
import {
  type ActualPlugin,
  BACK_OFF,
  type BackOff,
  type GuestSpec,
  type LastExit,
  type Placed,
  type Target,
  UNLOADED,
} from './guest-spec.js';
import { GuestStarter, type StarterOptions } from './guest-starter.js';
import { Loading } from './loading.js';
import type { LineOrigin } from './log-line.js';
import { KeyedMutex } from '../../platform/keyed-mutex.js';
import { Supervisor } from './supervisor.js';
import { runTrial, type TrialResult } from './trial.js';
import { type UnownedGuest, UnownedGuests } from './unowned-guests.js';

export interface RuntimeOptions extends StarterOptions {
  backOff?: BackOff;
  /** Time without changes before a spare is started, in milliseconds. */
  quietMs?: number;
  /** How a plugin last ended in an earlier life of this server. */
  earlierExit?(pluginId: string): LastExit | null;
  /** Told of every change of a plugin's status; must not throw. */
  onChange?(pluginId: string, actual: ActualPlugin): void;
}

/** A plugin as far as messages name it. */
type Named = Pick<GuestSpec, 'pluginId' | 'name'>;

/**
 * The plugins that run on this node. It knows nothing of what is wanted: callers say what to start, and a
 * plugin that runs goes on running until they say otherwise. Callers that change a plugin hold `exclusively`.
 */
export class PluginRuntime {
  private readonly supervisors = new Map<string, Supervisor>();
  private readonly loading = new Loading(() => this.changes++);
  private readonly mutex = new KeyedMutex();
  private readonly starter: GuestStarter;
  private readonly unowned = new UnownedGuests();
  private readonly foresight: Foresight;
  private isStopping = false;
  /** Told of every line of every plugin's log, by the plugin's slot; must not throw. */
  onLine: (slot: number, line: string, origin: LineOrigin) => void = () => undefined;
  /** Grows whenever something that is shown of a plugin changes, a log line included. */
  changes = 0;

  constructor(private readonly options: RuntimeOptions) {
    this.starter = new GuestStarter(options);
    const { spares, quietMs = 0 } = options;
    this.foresight = new Foresight(spares?.most ?? 0, quietMs, {
      isBusy: () => this.loading.size > 0,
      act: (placed) => this.keepSpare(placed),
    });
  }

  /** Runs `fn` while nobody else changes this plugin. */
  exclusively<T>(pluginId: string, fn: () => Promise<T>): Promise<T> {
    return this.mutex.run(pluginId, fn);
  }

  /** Ids of the plugins that were started and not deleted. */
  pluginIds(): string[] {
    return [...this.supervisors.keys()];
  }

  /** What is so about a plugin; one that is not known here is `unloaded`. */
  actual(pluginId: string): ActualPlugin {
    const actual = this.supervisors.get(pluginId)?.actual() ?? { ...UNLOADED };
    const isChanging = this.loading.has(pluginId) && actual.pid === null;
    return isChanging ? { ...actual, status: 'loading' } : actual;
  }

  /** Whether no process of the plugin runs yet, and nothing is known that stands in its way. */
  isStarting(pluginId: string): boolean {
    if (this.supervisors.get(pluginId)?.running) return false;
    const { status } = this.actual(pluginId);
    return status === 'loading' || status === 'unloaded';
  }

  /** What the plugin has been brought to here; null where that is to be done, or to be tried again. */
  follows(pluginId: string): Target | null {
    return this.supervisors.get(pluginId)?.follows ?? null;
  }

  /**
   * Starts a new process for the plugin beside the running one. Where what runs turns out to stand in its way (it
   * listens on the same address, or the new one's services do not start), that is stopped and the start is tried
   * again; so is the restart of one that has crashed. It comes back should the new one fail or be discarded.
   * @throws LoadFailed, PathOutsideRoots, PathNotFound, UnsupportedArtifact, ChecksumMismatch, RuntimeStopping
   */
  async prepare(spec: GuestSpec): Promise<Candidate> {
    try {
      return await this.startBeside(spec);
    } finally {
      this.foresee(spec);
    }
  }

  /**
   * Brings the plugin to `revision` come what may: a spec that does not start is kept, shown as `error`, and
   * tried again with back-off. Does not throw for what the plugin does.
   */
  async run(spec: GuestSpec, revision: number): Promise<ActualPlugin> {
    try {
      const candidate = await this.startBeside(spec);
      await candidate.adopt(revision);
    } catch (error) {
      if (error instanceof RuntimeStopping) throw error;
      const lines = error instanceof LoadFailed ? error.logs : [];
      await this.supervisor(spec.pluginId).adoptFailure(spec, revision, causeOf(error), lines);
    }
    return this.actual(spec.pluginId);
  }

  /** Stops the plugin and shows `cause` as its error: what to start could not even be found out. */
  async refuse({ pluginId, name }: Named, cause: string, target: Target): Promise<void> {
    await this.supervisor(pluginId).refuse(name, cause, target);
  }

  /** Notes that `revision` wants nothing of the process that the one before it did not. */
  advance(pluginId: string, revision: number): void {
    this.supervisors.get(pluginId)?.advance(revision);
  }

  /** Stops the plugin and shows it as disabled, as `target` wants it. */
  async disable(pluginId: string, target: Target): Promise<void> {
    await this.removeEarlier(pluginId, target.slot);
    const spec = await this.supervisor(pluginId).stop('disabled', 'disabled', target);
    if (spec) this.foresee(spec);
  }

  /** Says that the plugin may soon be started (again), so that a process may wait for that. */
  foresee(placed: Placed): void {
    if (!this.isStopping) this.foresight.note(placed);
  }

  /** Stops the plugin; `deleted` also forgets it and its data folders. */
  async stop(pluginId: string, why: 'deleted' | 'shutdown'): Promise<void> {
    await this.supervisors.get(pluginId)?.stop('unloaded', why, null);
    if (why !== 'deleted') return;
    this.supervisors.delete(pluginId);
    this.changes++;
    await this.starter.spares.drop(pluginId);
    await removeGuestFolders(this.options.dataDir, pluginId);
  }

  /** The server is about to stop: what is being stopped no longer waits for long. */
  hasten(): void {
    this.starter.hasten();
  }

  /** Stops everything, trials and half-started plugins included, and starts nothing from now on. */
  async stopAll(): Promise<void> {
    this.isStopping = true;
    this.hasten();
    const stopping = [...this.supervisors.keys()].map((pluginId) => this.stop(pluginId, 'shutdown'));
    const spares = [this.foresight.stop(), this.starter.spares.close()];
    await Promise.all([...stopping, ...spares, this.unowned.stop()]);
  }

  /**
   * Runs one hook of an active plugin.
   * @param isMasked whether the plugin's secrets are masked in what the hook returns
   * @throws PluginNotActive, HookNotFound, HookFailed, HookTimedOut, PayloadTooLarge
   */
  async callHook(
    pluginId: string,
    hook: Hook,
    payload: HookPayload,
    isMasked = false,
  ): Promise<{ value: unknown; durationMs: number }> {
    const guest = this.supervisors.get(pluginId)?.running;
    if (!guest?.loaded || !guest.initialised) throw new PluginNotActive(this.actual(pluginId).status);
    if (!guest.loaded.hooks.includes(hook)) throw new HookNotFound(hook, guest.loaded.hooks);
    return guest.call(hook, payload, isMasked);
  }

  /**
   * Loads the plugin in a process of its own that is thrown away, data folder and all; services stay off. Where the
   * running process has the address that the trial is to listen on, it is stopped meanwhile.
   * @param isExclusive whether the caller holds the plugin exclusively
   */
  async trial(spec: GuestSpec, isExclusive = false): Promise<TrialResult> {
    const result = await this.trialBeside(spec);
    if (!result.addressInUse || !this.supervisors.get(spec.pluginId)?.running) return result;
    const alone = (): Promise<TrialResult> => this.trialAlone(spec);
    return isExclusive ? alone() : this.exclusively(spec.pluginId, alone);
  }

  private async trialAlone(spec: GuestSpec): Promise<TrialResult> {
    const running = this.supervisors.get(spec.pluginId);
    this.loading.begin(spec.pluginId);
    try {
      await running?.suspend();
      return await this.trialBeside(spec);
    } finally {
      await running?.resume();
      this.loading.end(spec.pluginId);
    }
  }

  private async trialBeside(spec: GuestSpec): Promise<TrialResult> {
    const folder = TRIAL_PREFIX + randomUUID();
    let release = (): void => undefined;
    try {
      return await runTrial(async (onLine) => {
        const started = await this.unowned.start((signal) =>
          this.starter.start(spec, { services: false, folder, onLine, signal }),
        );
        release = started.release;
        return started.guest;
      });
    } finally {
      release();
      this.foresee(spec);
      await removeGuestFolder(this.starter.folder(folder));
    }
  }

  private async startBeside(spec: GuestSpec): Promise<Candidate> {
    const { pluginId } = spec;
    const lines: string[] = [];
    let log = (line: string): void => void lines.push(line);
    await this.removeEarlier(pluginId, spec.slot);
    const before = this.supervisors.get(pluginId);
    const start = (): Promise<UnownedGuest> => {
      lines.length = 0;
      const onLine = (line: string, origin: LineOrigin): void => {
        this.onLine(spec.slot, line, origin);
        log(line);
      };
      return this.unowned.start((signal) => this.starter.start(spec, { services: true, onLine, signal }));
    };
    this.loading.begin(pluginId);
    try {
      const { guest, release } = await (before ? startNextTo(before, start) : start());
      return new Candidate(guest, {
        adopt: (revision) => {
          release();
          if (this.isStopping) return guest.stop();
          const supervisor = this.supervisor(pluginId);
          log = (line) => supervisor.log(line);
          return supervisor.adopt(guest, spec, revision, lines);
        },
        discard: async () => {
          release();
          await guest.stop();
          await before?.resume();
        },
      });
    } catch (error) {
      await before?.resume();
      throw error instanceof LoadFailed ? new LoadFailed(error.message, error.phase, lines) : error;
    } finally {
      this.loading.end(pluginId);
    }
  }

  /** Only where the plugin is still the same one: a spare of a deleted plugin would bring its folder back. */
  private async keepSpare(placed: Placed): Promise<void> {
    await this.exclusively(placed.pluginId, async () => {
      if (this.isStopping || this.actual(placed.pluginId).slot !== placed.slot) return;
      // What stands in its way is told when the plugin is started.
      await this.starter.keepSpare(placed).catch(() => undefined);
    });
  }

  /** What a deleted plugin of the same id has left is not for the new one to find. */
  private async removeEarlier(pluginId: string, slot: number): Promise<void> {
    const { slot: earlier } = this.actual(pluginId);
    if (earlier !== null && earlier !== slot) await this.stop(pluginId, 'deleted');
  }

  private supervisor(pluginId: string): Supervisor {
    const known = this.supervisors.get(pluginId);
    if (known) return known;
    const supervisor = new Supervisor({
      start: (spec, show, signal) => {
        const onLine = (line: string, origin: LineOrigin): void => {
          this.onLine(spec.slot, line, origin);
          show(line);
        };
        return this.starter.start(spec, { services: true, onLine, signal });
      },
      onOwnLine: (slot, line, origin) => this.onLine(slot, line, origin),
      lastExit: this.options.earlierExit?.(pluginId) ?? null,
      backOff: this.options.backOff ?? BACK_OFF,
      onLine: () => this.changes++,
      onChange: () => {
        this.changes++;
        this.options.onChange?.(pluginId, this.actual(pluginId));
      },
    });
    this.supervisors.set(pluginId, supervisor);
    return supervisor;
  }
}

/**
 * Starts another process of a plugin: beside the running one, or, where that stands in its way, once it is suspended.
 * What is to be restarted is suspended at once, or it might come up meanwhile.
 */
async function startNextTo(
  supervisor: Supervisor,
  start: () => Promise<UnownedGuest>,
): Promise<UnownedGuest> {
  if (supervisor.running) {
    const holdsServices = supervisor.running.loaded?.types.includes('service') ?? false;
    try {
      const started = await start();
      if (!started.guest.addressInUse) return started;
      await started.guest.stop();
    } catch (error) {
      if (!(error instanceof LoadFailed)) throw error;
      // What services hold besides addresses (logins, locks) cannot be seen from here.
      const isInTheWay = error.addressInUse || (holdsServices && error.phase === 'init');
      if (!isInTheWay) throw error;
    }
  }
  await supervisor.suspend();
  return start();
}
