import { statSync } from 'node:fs';
import { GuestProcess } from './guest-process.js';
import type { Launch } from './launch.js';

export interface SparePool {
  /** How many may wait at the same time. */
  most: number;
  /** Longest wait, in milliseconds. */
  keepMs: number;
}

interface Spare {
  pluginId: string;
  startedWith: string;
  process: GuestProcess;
  timer: NodeJS.Timeout;
}

/**
 * Processes that wait for the next start of their plugin. What a process may read, write and be is fixed when it is
 * started, so a spare is started behind the fence of one plugin, and is taken only where a new process would be
 * started with the very same. It has none of the plugin's code and settings until then.
 */
export class Spares {
  /** Newest last. */
  private waiting: Spare[] = [];
  private isClosed = false;

  constructor(
    private readonly pool: SparePool,
    private readonly dataDir: string,
  ) {}

  /** Has a process wait for the plugin; it takes the place of the plugin's earlier one, or else of the oldest. */
  keep(pluginId: string, launch: Launch): void {
    const { most, keepMs } = this.pool;
    if (this.isClosed || most === 0) return;
    const startedWith = identity(launch);
    const earlier = this.waiting.find((spare) => spare.pluginId === pluginId);
    if (earlier?.startedWith === startedWith && earlier.process.isRunning) {
      earlier.timer.refresh();
      this.waiting = [...this.waiting.filter((spare) => spare !== earlier), earlier];
      return;
    }
    const process = new GuestProcess(launch, this.dataDir);
    const timer = setTimeout(() => void this.end(spare), keepMs).unref();
    const spare = { pluginId, startedWith, process, timer };
    void process.exited.then(() => this.release(spare));
    this.waiting.push(spare);
    const surplus = earlier ?? (this.waiting.length > most ? this.waiting[0] : undefined);
    if (surplus) void this.end(surplus);
  }

  /** Hands out the process that was started with all that `launch` says, or null. */
  take(launch: Launch): GuestProcess | null {
    if (this.waiting.length === 0) return null;
    const startedWith = identity(launch);
    const spare = this.waiting.find((one) => one.startedWith === startedWith && one.process.isRunning);
    if (!spare) return null;
    this.release(spare);
    return spare.process;
  }

  /** Ends the one that waits for a plugin; resolves when it is gone. */
  async drop(pluginId: string): Promise<void> {
    await Promise.all(
      this.waiting.filter((spare) => spare.pluginId === pluginId).map((spare) => this.end(spare)),
    );
  }

  /** Ends all, for good. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.waiting.map((spare) => this.end(spare)));
  }

  private async end(spare: Spare): Promise<void> {
    this.release(spare);
    spare.process.kill('was not needed');
    await spare.process.exited;
  }

  private release(spare: Spare): void {
    clearTimeout(spare.timer);
    this.waiting = this.waiting.filter((one) => one !== spare);
  }
}

/** A data folder that was removed and made again is another, though its path is the same. */
function identity(launch: Launch): string {
  const { dev, ino } = statSync(launch.dataFolder);
  return JSON.stringify([launch, dev, ino]);
}
