import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { LogLevel, ToGuest, ToHost } from '../protocol.js';
import { Channel } from './channel.js';
import { describeExit, outOfMemory } from './exit-cause.js';
import { groupWatcher } from './group-watcher.js';
import { type Launch, launch } from './launch.js';
import { type LineOrigin, PRINTED_ERROR } from './log-line.js';
import { LogRing } from './log-ring.js';
import { watchMemory } from './memory-watch.js';
import { forgetGuest, recordGuest } from './orphans.js';
import { Output } from './output.js';

/** How long a dead process's last output may take to arrive. */
const DRAIN_MS = 500;

interface Listener {
  /** Returns whether the message was waited for. */
  onMessage(message: ToHost): boolean;
  onLine(line: string, origin: LineOrigin): void;
}

/**
 * One operating-system process with its output and its channel: our program behind its fence, which waits to be
 * told what to load. Whatever happens to it ends in `exited`, which never rejects.
 */
export class GuestProcess {
  /** Why it ended, in words; resolves when the process is gone and its output is read. */
  readonly exited: Promise<string>;
  readonly pid: number | null;
  private readonly channel: Channel | null;
  private readonly output: Output;
  private killedBecause: string | null = null;
  private over = false;
  private listener: Listener | null = null;
  /** What Node itself had to say before anyone listened. */
  private readonly early = new LogRing();

  constructor(plan: Launch, dataDir: string) {
    this.output = new Output((line, origin) => this.print(line, origin));
    const child = launch(plan);
    this.pid = child.pid ?? null;
    this.channel = this.connect(child);
    if (this.pid !== null) groupWatcher.watch(this.pid);
    const record = this.pid === null ? null : recordGuest(dataDir, this.pid).catch(() => null);
    this.exited = this.awaitExit(child, plan).finally(async () => {
      const path = await record;
      if (path) await forgetGuest(path).catch(() => undefined);
    });
  }

  /** Gives it to whoever has it do something; to be called once. */
  listen(listener: Listener): void {
    for (const line of this.early.all()) listener.onLine(line, PRINTED_ERROR);
    this.listener = listener;
  }

  /** Whether it can still be told something. */
  get isRunning(): boolean {
    return !this.over && this.killedBecause === null;
  }

  /** @throws PayloadTooLarge */
  send(message: ToGuest): void {
    this.channel?.send(message);
  }

  /** True while the host is the one that does not read. */
  get isPaused(): boolean {
    return this.channel?.isPaused ?? false;
  }

  log(line: string, level: LogLevel): void {
    this.output.offer(line, level);
  }

  /** Ends the process at once and for good; the first cause given is the one that `exited` tells. */
  kill(cause: string): void {
    this.killedBecause ??= cause;
    this.channel?.mute();
    if (this.over || this.pid === null) return;
    for (const target of [-this.pid, this.pid]) {
      try {
        process.kill(target, 'SIGKILL');
        return;
      } catch {
        // No such group (Windows has none): then the process alone.
      }
    }
  }

  private connect(child: ChildProcess): Channel | null {
    const [, stdout, stderr, socket] = child.stdio;
    if (stdout) this.output.attach(stdout, false);
    if (stderr) this.output.attach(stderr, true);
    if (!socket) return null;
    return new Channel(socket as Socket, {
      onMessage: (message) => this.receive(message),
      onViolation: (cause) => this.kill(cause),
    });
  }

  private print(line: string, origin: LineOrigin): void {
    if (this.listener) this.listener.onLine(line, origin);
    else this.early.push(line);
  }

  private receive(message: ToHost): boolean {
    if (this.listener) return this.listener.onMessage(message);
    this.kill('spoke before it was told anything');
    return false;
  }

  private watchMemory({ idle, limits: { memoryMb } }: Launch): () => void {
    if (this.pid === null || idle === null) return () => undefined;
    const limitKb = idle.residentKb + memoryMb * 1024;
    return watchMemory(this.pid, limitKb, () => this.kill(outOfMemory(memoryMb)));
  }

  private async awaitExit(child: ChildProcess, plan: Launch): Promise<string> {
    // Listened for from the start: it may come in the same turn as the exit.
    const outputRead = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const endWatch = this.watchMemory(plan);
    const failure = await new Promise<Error | null>((resolve) => {
      child.once('error', resolve);
      child.once('exit', () => resolve(null));
    });
    this.over = true;
    endWatch();
    if (this.pid !== null) groupWatcher.forget(this.pid);
    this.output.drain();
    if (!failure) await atMost(DRAIN_MS, outputRead);
    for (const stream of child.stdio) stream?.destroy();
    this.channel?.close();
    this.output.end();
    if (failure) return `could not be started: ${failure.message}`;
    if (this.killedBecause) return this.killedBecause;
    const { heapMb, memoryMb } = plan.limits;
    const { exitCode: code, signalCode: signal } = child;
    return describeExit({ code, signal, tail: this.output.tail, heapMb, memoryMb });
  }
}

/** A descendant that holds the pipe open must not keep us. */
async function atMost(ms: number, event: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([event, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
