import { setImmediate } from 'node:timers/promises';
import type { Failure, Hook, HookPayload, LoadedMessage, StartMessage, ToHost } from '../protocol.js';
import { millisecondsSince } from './durations.js';
import { describeError } from './exit-cause.js';
import { HookFailed, HookTimedOut, LoadFailed, type LoadPhase } from './errors.js';
import type { GuestProcess } from './guest-process.js';
import type { LineOrigin } from './log-line.js';
import type { Limits } from './guest-spec.js';
import { Heartbeat } from './heartbeat.js';
import { type Outcome, PendingCalls } from './pending-calls.js';
import type { Scrub } from './scrub.js';
import { maskDeep } from './secret-masker.js';

export interface GuestPlan {
  /** That nobody has told anything yet. */
  process: GuestProcess;
  limits: Limits;
  start: StartMessage;
  /** SHA-256 of the file that is loaded. */
  digest: string;
  scrub: Scrub;
  /** Masks the plugin's secrets alone. */
  mask: Scrub;
  /** Aborted when calls under way are no longer waited for. */
  haste: AbortSignal;
  onLine: (line: string, origin: LineOrigin) => void;
}

const LONGEST_CAUSE = 4_000;
const LONGEST_NAME = 200;
const LONGEST_DESCRIPTION = 2_000;

type Phase = 'loading' | 'initialising' | 'ready' | 'stopping';

/** One plugin's running process, from its start message to its end; it never comes back. */
export class Guest {
  readonly startedAt = new Date();
  readonly digest: string;
  /** Why it ended; never rejects. */
  readonly exited: Promise<string>;
  loaded: LoadedMessage | null = null;
  /** False when it was told not to initialise. */
  initialised = false;
  /** True when a server of the plugin could not listen, and the plugin runs without it. */
  addressInUse = false;
  loadMs = 0;
  initMs = 0;
  private phase: Phase = 'loading';
  private readonly process: GuestProcess;
  private readonly calls = new PendingCalls();
  private readonly limits: Limits;
  private heartbeat: Heartbeat | null = null;
  private readonly startMark = performance.now();
  private onSettled: () => void = () => undefined;

  private constructor(private readonly plan: GuestPlan) {
    this.digest = plan.digest;
    this.limits = plan.limits;
    this.process = plan.process;
    this.process.listen({
      onMessage: (message) => this.receive(message),
      onLine: (line, origin) => plan.onLine(plan.scrub(line), origin),
    });
    this.exited = this.process.exited.then((cause) => this.ended(this.shown(cause, LONGEST_CAUSE)));
  }

  /**
   * Has a process load its plugin and waits until that is ready.
   * @param signal ends the process at any time of its life
   * @throws LoadFailed; the process is gone by then
   */
  static async start(plan: GuestPlan, signal: AbortSignal): Promise<Guest> {
    const guest = new Guest(plan);
    const abort = (): void => guest.kill('was stopped by the server');
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    await guest.becomeReady();
    return guest;
  }

  /** What all text of the plugin passes before anyone sees it. */
  get scrub(): Scrub {
    return this.plan.scrub;
  }

  /** The line that begins the log of a good start. */
  get startedLine(): string {
    const { name } = this.plan.start;
    return this.initialised
      ? `plugin ${name} initialized successfully`
      : `plugin ${name} loaded, not initialized: required settings are missing`;
  }

  get pid(): number | null {
    return this.process.pid;
  }

  /**
   * Runs one hook. A guest that does not answer in time is ended, as its event loop serves nobody, and is
   * gone when that is told.
   * @param isMasked whether the plugin's secrets are masked in what the hook returns
   * @throws HookFailed with the plugin's cause, HookTimedOut, PayloadTooLarge
   */
  async call(
    hook: Hook,
    payload: HookPayload,
    isMasked: boolean,
  ): Promise<{ value: unknown; durationMs: number }> {
    const { callMs } = this.limits;
    const outcome = await this.calls.ask(callMs, (id) =>
      this.process.send({ type: 'hook', id, hook, payload }),
    );
    if (outcome.kind === 'value') {
      const { value, durationMs } = outcome;
      return { value: isMasked ? maskDeep(value, this.plan.mask) : value, durationMs };
    }
    if (outcome.kind === 'failed') {
      this.logFailure(`${hook} failed`, outcome);
      throw new HookFailed(outcome.message, outcome.stack);
    }
    if (outcome.kind === 'gone') throw new HookFailed(outcome.message);
    this.kill(`did not answer ${hook} within ${callMs} ms`);
    await this.exited;
    throw new HookTimedOut(callMs);
  }

  /** Runs the plugin's own check. */
  async check(limitMs: number): Promise<Outcome> {
    const outcome = await this.calls.ask(limitMs, (id) => this.process.send({ type: 'check', id }));
    if (outcome.kind === 'failed') this.logFailure('check failed', outcome);
    return outcome;
  }

  /**
   * Lets the calls under way come to their end, which their own limit sets (whoever stops a guest gives it no
   * new ones), asks the plugin to stop, ends it when it does not, and resolves when the process is gone.
   */
  async stop(): Promise<void> {
    await this.calls.settled(this.plan.haste);
    if (this.phase !== 'stopping') {
      this.phase = 'stopping';
      this.heartbeat?.stop();
      this.process.send({ type: 'stop' });
    }
    const timer = setTimeout(() => this.kill('did not stop in time'), this.limits.stopMs);
    await this.exited;
    clearTimeout(timer);
  }

  kill(cause: string): void {
    this.process.kill(cause);
  }

  private async becomeReady(): Promise<void> {
    const { startMs } = this.limits;
    const timer = setTimeout(() => this.kill(this.lateCause()), startMs);
    const settled = new Promise<void>((resolve) => (this.onSettled = resolve));
    this.process.send(this.plan.start);
    await Promise.race([settled, this.exited]);
    clearTimeout(timer);
    // What was printed before "ready" is readable now but comes through other pipes: let it in first.
    if (this.phase === 'ready') return setImmediate();
    const phase: LoadPhase = this.loaded ? 'init' : 'load';
    throw new LoadFailed(await this.exited, phase);
  }

  private lateCause(): string {
    const what = this.loaded ? 'finish its init' : 'load';
    return `did not ${what} within ${this.limits.startMs} ms`;
  }

  private ended(cause: string): string {
    this.heartbeat?.stop();
    this.calls.abandon(`the plugin's process ended during the call: it ${cause}`);
    return cause;
  }

  private receive(message: ToHost): boolean {
    switch (message.type) {
      case 'log':
        this.process.log(
          message.level === 'info' ? message.line : `${message.level}: ${message.line}`,
          message.level,
        );
        return false;
      case 'result':
        return this.calls.finish(message.id, (durationMs) =>
          message.ok
            ? { kind: 'value', value: message.value, durationMs }
            : { kind: 'failed', ...this.failure(message), durationMs },
        );
      case 'pong':
        this.heartbeat?.pong(message.id);
        return false;
      case 'stopped':
        if (this.phase === 'stopping') this.kill('stopped');
        return this.phase === 'stopping' || this.unexpected();
      default:
        return this.advance(message);
    }
  }

  /** A start's messages come once each and in order, `failed` at any time and last; else it is not our program. */
  private advance(message: Extract<ToHost, { type: 'loaded' | 'ready' | 'failed' }>): boolean {
    if (this.phase === 'stopping') return true;
    if (message.type === 'failed') {
      const failure = this.failure(message);
      this.logFailure(this.phase === 'ready' ? 'failed' : 'start failed', failure);
      this.kill(failure.message);
    } else if (message.type === 'loaded' && this.phase === 'loading') {
      this.phase = 'initialising';
      this.loaded = this.scrubFacts(message);
      this.loadMs = millisecondsSince(this.startMark);
    } else if (message.type === 'ready' && this.phase === 'initialising') {
      this.addressInUse = message.addressInUse;
      this.becomeAlive(message.initialised);
    } else return this.unexpected();
    return true;
  }

  private becomeAlive(initialised: boolean): void {
    this.phase = 'ready';
    this.initialised = initialised;
    this.initMs = millisecondsSince(this.startMark + this.loadMs);
    const { heartbeatMs } = this.limits;
    this.heartbeat = new Heartbeat(
      heartbeatMs,
      (id) => this.ping(id),
      (silentMs) => this.hung(silentMs),
    );
    this.onSettled();
  }

  private ping(id: number): boolean {
    if (this.process.isPaused) return false;
    this.process.send({ type: 'ping', id });
    return true;
  }

  private hung(silentMs: number): void {
    this.kill(`hung (no sign of life for ${silentMs} ms)`);
  }

  private unexpected(): boolean {
    this.kill('sent a malformed message (out of turn)');
    return false;
  }

  private scrubFacts(loaded: LoadedMessage): LoadedMessage {
    const { actualName, description } = loaded;
    return {
      ...loaded,
      actualName: actualName && this.shown(actualName, LONGEST_NAME),
      description: description && this.shown(description, LONGEST_DESCRIPTION),
    };
  }

  private failure({ message, stack }: Failure): Failure {
    return {
      message: this.shown(describeError(message, this.limits.memoryMb), LONGEST_CAUSE),
      stack: stack.map((line) => this.shown(line, LONGEST_CAUSE)),
    };
  }

  /** Writes an error with the plugin's stack to its log. */
  private logFailure(what: string, { message, stack }: Failure): void {
    for (const line of [`${what}: ${message}`, ...stack]) this.process.log(`error: ${line}`, 'error');
  }

  private shown(text: string, most: number): string {
    return this.scrub(text).slice(0, most);
  }
}
