/** Where a job is in its life; the last three are final. */
export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** What may follow what. */
const FOLLOWERS: Readonly<Record<JobState, readonly JobState[]>> = {
  // A job that took its servers down with it is failed without another run.
  queued: ['running', 'failed', 'cancelled'],
  // Itself: another server goes on after the death of the first. Queued: it will be tried again.
  running: ['running', 'queued', 'succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

/** Whether a job may go from one state to the other. */
export function canBecome(from: JobState, to: JobState): boolean {
  return FOLLOWERS[from].includes(to);
}

/** Whether nothing more will happen to a job in this state. */
export function isFinal(state: JobState): boolean {
  return FOLLOWERS[state].length === 0;
}
