export const CONVERGENCE_STATES = ['converged', 'pending', 'failed'] as const;
/** Whether a node has come to what is wanted: it has, not yet, or it tried and the plugin does not run. */
export type ConvergenceState = (typeof CONVERGENCE_STATES)[number];
