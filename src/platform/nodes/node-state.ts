export const NODE_STATES = ['live', 'draining', 'dead'] as const;
/** `draining`: about to stop. `dead`: silent for too long. */
export type NodeState = (typeof NODE_STATES)[number];

/** A server of the fleet, as others know it. */
export interface FleetNode {
  id: string;
  name: string;
  /** Release that it runs. */
  version: string;
  state: NodeState;
  startedAt: Date;
  /** Its last sign of life. */
  heartbeatAt: Date;
}
