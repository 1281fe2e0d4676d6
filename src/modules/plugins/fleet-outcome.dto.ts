import { WarnedDto } from '../../platform/http/body-fields.js';
import { ApiProperty } from '@nestjs/swagger';
import { CONVERGENCE_STATES, type ConvergenceState } from './convergence-state.js';
import { STATUSES, type Status } from './plugin-status.js';

/** A node as others are told of it. */
export class NodeRefDto {
  /**
   * Id of the node; it keeps it over restarts.
   * @example "3f9a1c0be2d47765"
   */
  nodeId: string;
  /**
   * Its name, the host's unless it was given one.
   * @example "plugboard-1"
   */
  nodeName: string;
}

/** What a node has made of a change. */
export class NodeOutcomeDto extends NodeRefDto {
  /** `converged`: it has come to what is wanted. `failed`: it tried, and the plugin does not run. `pending`: not yet. */
  @ApiProperty({ enum: CONVERGENCE_STATES, example: 'converged' })
  state: ConvergenceState;
  /** What the plugin is doing there; null where nothing is known. */
  @ApiProperty({ enum: [...STATUSES, null], type: String, nullable: true, example: 'active' })
  status: Status | null;
  /** Revision that it has come to. */
  @ApiProperty({ type: 'integer', nullable: true, example: 1 })
  revision: number | null;
  /** Why the plugin does not run there. */
  @ApiProperty({ type: String, nullable: true, example: null })
  error: string | null;
}

/** What the fleet has made of a change. */
export class FleetOutcomeDto {
  /**
   * Whether every live node has come to what is wanted.
   * @example true
   */
  converged: boolean;
  /** Every live node. */
  nodes: NodeOutcomeDto[];
}

/** The answer to a change that may wait for the fleet. */
export class FleetAnsweredDto extends WarnedDto {
  /** What the other nodes have made of it; only with `wait=all`. */
  fleet?: FleetOutcomeDto;
}
