import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/request.js';

/** What a handler gets: the job, and its ways to tell of itself. */
export interface JobTask<P = unknown> {
  id: string;
  subject: string;
  payload: P;
  /** Who asked for it, for audit rows; without scopes, which were looked at when it was queued. */
  context: RequestContext;
  /** 1 for the first run; more after a transient failure or the end of a server. */
  attempt: number;
  /** Fires when the job is cancelled, the server stops, or another server has taken over: end soon, with an error. */
  signal: AbortSignal;
  /** Tells how far the work has come. @param percentage 0 to 100 of the whole; a lower one than before counts as that */
  progress: (phase: string, percentage: number, message?: string) => void;
}

/**
 * Does the work of one kind of job. It must be safe to run again from the start: a server may end at any time.
 * @returns what is kept as the job's result; plain JSON
 * @throws AppError as the job's error; 502, 503 and 504 are tried again, others are final
 */
export type JobHandler<P = unknown> = (job: JobTask<P>) => Promise<object | undefined>;

/** Knows who does what; complete before the first job is run. */
@Injectable()
export class JobHandlers {
  private readonly handlers = new Map<string, JobHandler>();
  private closed = false;

  /** @throws Error when the kind has a handler already, or jobs are run already */
  define(kind: string, handler: JobHandler): void {
    if (this.closed) throw new Error(`"${kind}" is defined too late: jobs are being run already`);
    if (this.handlers.has(kind)) throw new Error(`"${kind}" is defined twice`);
    this.handlers.set(kind, handler);
  }

  has(kind: string): boolean {
    return this.handlers.has(kind);
  }

  /** All of them; none can be added afterwards. */
  all(): ReadonlyMap<string, JobHandler> {
    this.closed = true;
    return this.handlers;
  }
}
