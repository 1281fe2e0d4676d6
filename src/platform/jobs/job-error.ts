import { isDatabaseAway } from '../database/database-away.js';
import { AppError, type FieldProblem } from '../http/errors.js';

/** How a job failed, as it is kept and shown. */
export interface JobErrorRecord {
  status: number;
  type: string;
  code: string;
  message: string;
  param: string;
  problems: readonly FieldProblem[];
}

/** Failures of what lies outside: the same work may well succeed a little later. */
const TRANSIENT = new Set([502, 503, 504]);

/** Whether trying the same again makes sense. */
export function isTransient(error: unknown): boolean {
  return error instanceof AppError ? TRANSIENT.has(error.status) : isDatabaseAway(error);
}

/** What is kept of an error; of one that no user was meant to see, nothing but the request id. */
export function recordOf(error: unknown, requestId: string): JobErrorRecord {
  if (error instanceof AppError) {
    return pick(error);
  }
  const bare = { param: '', problems: [] };
  if (isDatabaseAway(error))
    return {
      status: 503,
      type: 'unavailable_error',
      code: 'database_unavailable',
      message: 'The database cannot be reached just now. Try again.',
      ...bare,
    };
  return {
    status: 500,
    type: 'internal_error',
    code: 'internal_error',
    message: `Something went wrong in the server. Its log has the details under request id ${requestId}.`,
    ...bare,
  };
}

function pick({ status, type, code, message, param, problems }: AppError): JobErrorRecord {
  return { status, type, code, message, param, problems };
}

/** What is kept of a job that took its servers down with it. */
export const INTERRUPTED: JobErrorRecord = {
  status: 500,
  type: 'internal_error',
  code: 'job_interrupted',
  message: 'The job was cut short by the end of its server, time and again, and is not tried any more.',
  param: '',
  problems: [],
};

/** What a job fails with that only one server could do, which is no more. */
export const SERVER_GONE: JobErrorRecord = {
  ...INTERRUPTED,
  message: 'Only one server could do this, and it has left the fleet. Ask for it again.',
};

/** The error that a job has failed with, to be thrown once more to whoever waited for it. */
export class JobFailure extends AppError {
  readonly status: number;
  readonly type: string;

  constructor({ status, type, code, message, param, problems }: JobErrorRecord) {
    super(code, message, param, problems);
    this.status = status;
    this.type = type;
  }
}
