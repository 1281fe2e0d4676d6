import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../../../config.js';
import { CONFIG, LOG } from '../../tokens.js';

const REPORT_MS = 1_000;
/** Requests that one connection may send ahead. Node reads many more at once, and an answer to each waits in memory. */
const MOST_AHEAD = 8;

/**
 * Says when a request is too many. A turn of the event loop takes in all requests that have arrived; when it has
 * done so for longer than the limit, and the turn before had to as well (a single pause is no overload), what is
 * left of it is refused. So a flood makes nobody wait much longer than that, and most of the time still goes
 * into answers.
 */
@Injectable()
export class Overload {
  private readonly working = new Set<ServerResponse>();
  private readonly ahead = new WeakMap<Socket, number>();
  private turnStarted = 0;
  private lastTurnMs = 0;
  private refused = 0;

  constructor(
    @Inject(CONFIG) private readonly limits: Pick<Config, 'OVERLOAD_DELAY' | 'OVERLOAD_REQUESTS'>,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Whether this request must be refused; otherwise it counts until `leave`. */
  refuses(request: IncomingMessage, response: ServerResponse, now: number): boolean {
    if (this.turnStarted === 0) this.beginTurn(now);
    const { OVERLOAD_DELAY: delay, OVERLOAD_REQUESTS: most } = this.limits;
    const late = now - this.turnStarted > delay && this.lastTurnMs > delay;
    if (late || this.working.size >= most || this.isTooFarAhead(request, response)) {
      this.report();
      return true;
    }
    this.working.add(response);
    return false;
  }

  /** A request is answered, or has become a stream that waits for events. */
  leave(response: ServerResponse): void {
    this.working.delete(response);
  }

  /** An answer that has no socket yet waits for the one before it. */
  private isTooFarAhead({ socket }: IncomingMessage, response: ServerResponse): boolean {
    if (response.socket !== null) return false;
    const ahead = this.ahead.get(socket) ?? 0;
    if (ahead >= MOST_AHEAD) return true;
    this.ahead.set(socket, ahead + 1);
    response.once('close', () => this.ahead.set(socket, (this.ahead.get(socket) ?? 1) - 1));
    return false;
  }

  private beginTurn(now: number): void {
    this.turnStarted = now;
    setImmediate(() => {
      this.lastTurnMs = performance.now() - this.turnStarted;
      this.turnStarted = 0;
    });
  }

  private report(): void {
    if (this.refused++ > 0) return;
    setTimeout(() => {
      const { refused } = this;
      this.refused = 0;
      this.log.warn({ refused, working: this.working.size }, 'overloaded: requests were refused');
    }, REPORT_MS).unref();
  }
}
