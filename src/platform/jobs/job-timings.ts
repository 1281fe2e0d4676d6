/** How the parts that run jobs keep time, in milliseconds. */
export interface JobTimings {
  /** A running job shows a sign of life this often … */
  heartbeatMs: number;
  /** … and is given to another server after so long without one. */
  deadMs: number;
  /** A job that only one server can do waits so long for one that is not in the fleet. */
  goneMs: number;
  /** Jobs of dead servers are looked for this often. */
  sweepMs: number;
  /** A worker that is told of nothing looks for jobs this often. */
  pollMs: number;
  /** Shortest time between two announcements of a job's progress. */
  progressMs: number;
  /** A stopping server lets its jobs go on for so long, then gives them their signal … */
  graceMs: number;
  /** … and leaves them to other servers after so long. */
  abortMs: number;
  /** Time between two tries to reach a database that is away. */
  retryMs: number;
}

export const JOB_TIMINGS: JobTimings = {
  heartbeatMs: 3_000,
  deadMs: 15_000,
  goneMs: 3_600_000,
  sweepMs: 5_000,
  pollMs: 2_000,
  progressMs: 250,
  graceMs: 3_000,
  abortMs: 2_000,
  retryMs: 1_000,
};

/** How this server runs jobs. */
export interface JobWorkerOptions {
  nodeId: string;
  /** Jobs at the same time. */
  concurrency: number;
  timings: JobTimings;
}

/** What the queue knows jobs of a kind by that one server alone can do. */
export function ownTask(kind: string, nodeId: string): string {
  return `${kind}@${nodeId}`;
}

/** Injection token of JobWorkerOptions. */
export const JOB_WORKER = Symbol('job worker');
