import { type EventEmitter, errorMonitor } from 'node:events';
import { Server } from 'node:net';
import { replace } from './deny.js';

type Listen = (this: Server, ...args: unknown[]) => unknown;

/** Watches the servers that a plugin has listen while it starts, HTTP servers among them. */
export class Listeners {
  private readonly pending = new Set<Promise<void>>();
  private isInUse = false;

  constructor() {
    const note = (server: Server): void => this.note(server);
    const prototype = Server.prototype as unknown as { listen: Listen };
    const { listen } = prototype;
    replace(prototype, 'listen', function (this: Server, ...args: unknown[]): unknown {
      note(this);
      return listen.apply(this, args);
    });
  }

  /** Whether an address was in use, also where the plugin has handled the error. */
  get addressInUse(): boolean {
    return this.isInUse;
  }

  /** Resolves when each server listens, has failed or is closed: many plugins do not wait for theirs. */
  async settle(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private note(server: Server): void {
    const settled = new Promise<void>((resolve) => {
      server.once('listening', resolve).once('close', resolve);
      // Not a listener for errors: one that nobody handles must stay so.
      (server as EventEmitter).once(errorMonitor, (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') this.isInUse = true;
        resolve();
      });
    }).then(() => void this.pending.delete(settled));
    this.pending.add(settled);
  }
}
