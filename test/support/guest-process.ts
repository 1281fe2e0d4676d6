import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { dirname, join } from 'node:path';
import { FENCE_FLAGS } from '../../src/runtime/host/launch.js';
import { encode, type StartMessage, type ToGuest, type ToHost } from '../../src/runtime/protocol.js';
import { built } from './paths.js';

const RUNTIME = built('src/runtime');
const PROGRAM = built('src/runtime/guest/main.js');
const FENCE = [...FENCE_FLAGS, '--no-warnings', '--max-old-space-size=64'];

export interface GuestOptions {
  /** Folders and files the guest may read besides its own program; default: the entry's folder. */
  readable?: string[];
  /** Further command-line flags, such as --allow-wasi. */
  flags?: string[];
}

/** A real guest process inside the fence, with a test on the host's end of its channel. */
export class GuestProcess {
  readonly messages: ToHost[] = [];
  stdout = '';
  stderr = '';
  readonly exited: Promise<number | null>;
  private readonly channel: Duplex;
  private readonly waiting = new Set<() => void>();
  private nextId = 0;

  private constructor(readonly child: ChildProcess) {
    this.channel = child.stdio[3] as Duplex;
    let held = '';
    this.channel.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (held + chunk).split('\n');
      held = lines.pop() ?? '';
      for (const line of lines) this.messages.push(JSON.parse(line) as ToHost);
      this.wake();
    });
    this.channel.on('error', () => this.wake());
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = once(child, 'close').then(([code]) => {
      this.wake();
      return code as number | null;
    });
  }

  /** Spawns a guest and sends it a start message; `start` overrides the defaults of an initialised plugin. */
  static start(start: Partial<StartMessage> & { entry: string }, options: GuestOptions = {}): GuestProcess {
    const readable = options.readable ?? [dirname(start.entry)];
    const scopes = [PROGRAM, start.entry].flatMap(packageFilesAbove);
    const reads = [...new Set([RUNTIME, ...scopes, ...readable])].map((path) => `--allow-fs-read=${path}`);
    const args = [...FENCE, ...reads, ...(options.flags ?? []), PROGRAM];
    const child = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const guest = new GuestProcess(child);
    guest.send({
      type: 'start',
      format: start.entry.endsWith('.wasm') ? 'wasm' : 'javascript',
      name: 'under-test',
      config: {},
      env: {},
      initialise: true,
      services: true,
      ...start,
    });
    return guest;
  }

  send(message: ToGuest): void {
    this.channel.write(encode(message));
  }

  /** Writes bytes that need not be a message. */
  sendRaw(text: string): void {
    this.channel.write(text);
  }

  /** Closes the host's end of the channel, as a host that died would. */
  hangUp(): void {
    this.channel.destroy();
  }

  /** The first message of a kind, now or later. @throws Error when the guest ends without it */
  async message<T extends ToHost['type']>(type: T): Promise<Extract<ToHost, { type: T }>> {
    return this.find((m): m is Extract<ToHost, { type: T }> => m.type === type, type);
  }

  /** Calls a hook and waits for its result. */
  async hook(hook: string, payload: object = {}): Promise<Extract<ToHost, { type: 'result' }>> {
    return this.call({ type: 'hook', hook, payload });
  }

  /** Runs the plugin's own test and waits for its result. */
  async check(): Promise<Extract<ToHost, { type: 'result' }>> {
    return this.call({ type: 'check' });
  }

  async stop(): Promise<number | null> {
    this.send({ type: 'stop' });
    return this.exited;
  }

  /** Ends the process whatever it is doing; for use after each test. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private async call(message: object): Promise<Extract<ToHost, { type: 'result' }>> {
    const id = (this.nextId += 1);
    this.send({ ...message, id } as ToGuest);
    return this.find(
      (m): m is Extract<ToHost, { type: 'result' }> => m.type === 'result' && m.id === id,
      `result ${id}`,
    );
  }

  private async find<T extends ToHost>(is: (message: ToHost) => message is T, what: string): Promise<T> {
    for (;;) {
      const found = this.messages.find(is);
      if (found) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        await this.exited;
        const late = this.messages.find(is);
        if (late) return late;
        throw new Error(`the guest ended without ${what}: ${JSON.stringify(this.messages)} ${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.waiting.delete(done);
          resolve();
        };
        this.waiting.add(done);
      });
    }
  }

  private wake(): void {
    for (const done of [...this.waiting]) done();
  }
}

/** Node looks for these to learn a module's kind, and its older releases must be allowed to. */
function packageFilesAbove(path: string): string[] {
  const folder = dirname(path);
  return [join(folder, 'package.json'), ...(folder === path ? [] : packageFilesAbove(folder))];
}
