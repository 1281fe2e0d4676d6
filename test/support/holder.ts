import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./folder-holder.js', import.meta.url));

/** Another process that opens a data folder, to be killed or ended by the test. */
export class Holder {
  /** The first line it prints; '' when it ends without one. */
  readonly said: Promise<string>;
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(dir: string, what = '') {
    const child = spawn(process.execPath, [PROGRAM, dir, what], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child = child;
    this.ended = once(child, 'close');
    const lines = createInterface(child.stdout);
    this.said = Promise.race([once(lines, 'line').then(([line]) => String(line)), this.ended.then(() => '')]);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Lets it stop in order. */
  async finish(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }
}
