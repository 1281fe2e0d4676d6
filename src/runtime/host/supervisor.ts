import { causeOf } from './errors.js';
import type { Guest } from './guest.js';
import {
  type ActualPlugin,
  type BackOff,
  type GuestSpec,
  type LastExit,
  type PluginStatus,
  type Target,
  UNLOADED,
} from './guest-spec.js';
import { type LineOrigin, SERVER_ERROR, SERVER_INFO } from './log-line.js';
import { LogRing } from './log-ring.js';

interface Dependencies {
  start(spec: GuestSpec, onLine: (line: string) => void, signal: AbortSignal): Promise<Guest>;
  /** Told of every line that this server itself adds to the log. */
  onOwnLine(slot: number, line: string, origin: LineOrigin): void;
  /** How it last ended in an earlier life of this server. */
  lastExit: LastExit | null;
  backOff: BackOff;
  onChange(): void;
  /** Told of every line that the log gets. */
  onLine(): void;
}

/**
 * Keeps one plugin running: a process that ends unasked is started again with growing delays, and after too
 * many failures in a row the plugin is quarantined until it is changed. At most one start is under way, and
 * whatever replaces, suspends or stops the plugin also ends that start.
 */
export class Supervisor {
  private guest: Guest | null = null;
  /** What the code that was loaded last calls itself. */
  private lastName: string | null = null;
  private spec: GuestSpec | null = null;
  private status: PluginStatus = 'unloaded';
  private error: string | null = null;
  private target: Target | null = null;
  private restarts = 0;
  private failures: number[] = [];
  private consecutive = 0;
  private delayMs = 0;
  private suspended: 'running' | 'restarting' | null = null;
  private timer: NodeJS.Timeout | null = null;
  private starting: { abort: AbortController; done: Promise<void> } | null = null;
  private lastExit: LastExit | null;
  private readonly logs = new LogRing();

  constructor(private readonly deps: Dependencies) {
    this.lastExit = deps.lastExit;
  }

  get running(): Guest | null {
    return this.guest;
  }

  actual(): ActualPlugin {
    const { guest, status, error, restarts, lastExit } = this;
    const facts = guest?.loaded;
    return {
      ...UNLOADED,
      actualName: this.lastName,
      ...(facts && {
        description: facts.description,
        hasCheck: facts.hasCheck,
      }),
      ...(facts && { types: facts.types, hooks: facts.hooks }),
      ...(guest && { digest: guest.digest, pid: guest.pid, startedAt: guest.startedAt }),
      ...(guest && { version: this.spec?.version ?? null }),
      ...this.target,
      ...{ status, error, restarts, lastExit, logs: this.logs.all() },
    };
  }

  log(line: string): void {
    this.logs.push(line);
    this.deps.onLine();
  }

  /** What it has been brought to; null where that is still to be done, or done again. */
  get follows(): Target | null {
    return this.isRefused ? null : this.target;
  }

  /** What is so already is what `revision` wants too, where it is what the revision before wanted. */
  advance(revision: number): void {
    if (!this.spec || this.target?.revision !== revision - 1) return;
    this.target = { slot: this.spec.slot, revision };
    this.deps.onChange();
  }

  /** Makes `guest` the live one, with `lines` as what it has printed so far, and stops the one before it. */
  async adopt(guest: Guest, spec: GuestSpec, revision: number, lines: readonly string[]): Promise<void> {
    await this.halt();
    this.suspended = null;
    const before = this.guest;
    this.follow(spec, revision);
    this.logs.replace([guest.startedLine, ...lines]);
    this.deps.onOwnLine(spec.slot, guest.startedLine, SERVER_INFO);
    this.goLive(guest);
    await before?.stop();
  }

  /** Takes note that `revision` could not be started; it is tried again like after a crash. */
  async adoptFailure(
    spec: GuestSpec,
    revision: number,
    cause: string,
    lines: readonly string[],
  ): Promise<void> {
    await this.bringDown();
    this.follow(spec, revision);
    this.logs.replace(lines);
    this.failed(cause);
  }

  /** Takes note that there is nothing to start: `cause` stands as the error until the plugin is seen to again. */
  async refuse(name: string, cause: string, target: Target): Promise<void> {
    await this.bringDown();
    const isKnown = this.isRefused && this.error === cause && this.target?.revision === target.revision;
    this.spec = null;
    this.target = target;
    if (isKnown) return;
    this.say(target.slot, `plugin ${name} cannot be started: ${cause}`, SERVER_ERROR);
    this.set('error', cause);
  }

  /** Stops the process, or the restarts of one that has crashed, for a while; `resume` undoes that. */
  async suspend(): Promise<void> {
    const isRestarting = this.timer !== null || this.starting !== null;
    const suspended = this.guest ? 'running' : isRestarting ? 'restarting' : null;
    await this.bringDown();
    this.suspended = suspended;
  }

  /**
   * Undoes `suspend`, where that was called: resolves when what ran runs again, or its restart has failed and been planned anew. What
   * was to be restarted waits as long as it last did, and what was in quarantine stays there.
   */
  async resume(): Promise<void> {
    const { suspended } = this;
    this.suspended = null;
    if (!this.spec || suspended === null) return;
    if (suspended === 'running') return this.restart();
    this.planRestart();
    this.set('error', this.error);
  }

  /**
   * Ends the plugin and forgets its spec: nothing brings it back but `adopt`.
   * @param target what wants it off
   * @returns the spec, where it had one
   */
  async stop(status: 'disabled' | 'unloaded', why: string, target: Target | null): Promise<GuestSpec | null> {
    const { spec } = this;
    this.spec = null;
    await this.bringDown();
    if (spec) this.say(spec.slot, `plugin ${spec.name} stopped (${why})`, SERVER_INFO);
    const isNews = this.status !== status || this.target?.revision !== target?.revision;
    this.target = target;
    if (isNews) this.set(status, null);
    return spec;
  }

  private say(slot: number, line: string, origin: LineOrigin): void {
    this.log(line);
    this.deps.onOwnLine(slot, line, origin);
  }

  private get isRefused(): boolean {
    return this.status === 'error' && this.spec === null;
  }

  private follow(spec: GuestSpec, revision: number): void {
    this.spec = spec;
    this.target = { slot: spec.slot, revision };
    this.restarts = 0;
    this.failures = [];
    this.consecutive = 0;
  }

  /** Ends the process and its restarts. */
  private async bringDown(): Promise<void> {
    this.suspended = null;
    await this.halt();
    this.cancelTimer();
    const before = this.guest;
    this.guest = null;
    await before?.stop();
  }

  /** Ends the planned or running restart, so that nothing comes up behind our back. */
  private async halt(): Promise<void> {
    this.cancelTimer();
    this.starting?.abort.abort();
    await this.starting?.done;
  }

  private cancelTimer(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private goLive(guest: Guest): void {
    // The one before may have crashed a moment ago and asked for a restart.
    this.cancelTimer();
    this.guest = guest;
    this.lastName = guest.loaded?.actualName ?? null;
    this.set(guest.initialised ? 'active' : 'uninitialized', null);
    void guest.exited.then((cause) => {
      if (this.guest !== guest) return;
      this.guest = null;
      if (Date.now() - guest.startedAt.getTime() > this.deps.backOff.windowMs) this.consecutive = 0;
      this.failed(cause);
    });
  }

  private failed(cause: string): void {
    const { firstMs, maxMs, failures, windowMs } = this.deps.backOff;
    const now = performance.now();
    this.failures = [...this.failures.filter((at) => now - at < windowMs), now];
    this.delayMs = Math.min(maxMs, firstMs * 2 ** this.consecutive);
    this.consecutive += 1;
    const isQuarantined = this.failures.length >= failures;
    const next = isQuarantined
      ? `quarantined after ${this.failures.length} failures`
      : `next start in ${this.delayMs} ms`;
    this.lastExit = { cause, at: new Date(), count: (this.lastExit?.count ?? 0) + 1 };
    if (this.spec) this.say(this.spec.slot, `plugin ${this.spec.name} ${cause}; ${next}`, SERVER_ERROR);
    if (!isQuarantined) this.planRestart();
    this.set('error', cause);
  }

  private planRestart(): void {
    this.timer = setTimeout(() => void this.restart(), this.delayMs);
  }

  private restart(): Promise<void> {
    const abort = new AbortController();
    const done = this.startAgain(abort.signal).finally(() => (this.starting = null));
    this.starting = { abort, done };
    return done;
  }

  private async startAgain(signal: AbortSignal): Promise<void> {
    const { spec } = this;
    this.timer = null;
    if (!spec) return;
    this.set('loading', this.error);
    try {
      const guest = await this.deps.start(spec, (line) => this.log(line), signal);
      if (signal.aborted) {
        await guest.stop();
        return;
      }
      this.restarts += 1;
      this.say(spec.slot, guest.startedLine, SERVER_INFO);
      this.goLive(guest);
    } catch (error) {
      if (!signal.aborted) this.failed(causeOf(error));
    }
  }

  private set(status: PluginStatus, error: string | null): void {
    this.status = status;
    this.error = error;
    this.deps.onChange();
  }
}
