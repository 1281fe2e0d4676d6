import { NODE_STATES } from '../../platform/nodes/node-state.js';

export const COPY_NODE_STATES = [...NODE_STATES, 'gone'] as const;
/** Of the server that has a local copy; `gone`: it has stopped, or was dead for so long that it is forgotten. */
export type CopyNodeState = (typeof COPY_NODE_STATES)[number];
