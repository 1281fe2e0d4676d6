import type { JobErrorRecord } from './job-error.js';
import type { JobState } from './job-state.js';
import type { JobEntity } from './job.entity.js';

/** A job as others see it: all but its payload. */
export interface JobView {
  id: string;
  kind: string;
  /** What it is about, such as the name of a package. */
  subject: string;
  state: JobState;
  phase: string;
  percentage: number;
  message: string | null;
  result: object | null;
  error: JobErrorRecord | null;
  attempts: number;
  cancelRequested: boolean;
  actor: { kind: string; id: string; name: string };
  requestId: string;
  nodeId: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export function viewOf(job: JobEntity): JobView {
  const { id, kind, subject, state, phase, percentage, message, result, error, attempts } = job;
  return {
    ...{ id, kind, subject, state, phase, percentage, message, result, error, attempts },
    cancelRequested: job.cancelRequestedAt !== null,
    actor: { kind: job.actorKind, id: job.actorId, name: job.actorName },
    requestId: job.requestId,
    nodeId: job.nodeId,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}
