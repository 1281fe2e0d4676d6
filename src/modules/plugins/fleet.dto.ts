import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { NODE_STATES, type NodeState } from '../../platform/nodes/node-state.js';
import { NodeOutcomeDto } from './fleet-outcome.dto.js';
import { PageCursor, PageDto, PageLimit } from '../../platform/http/page.dto.js';

/** Which page of nodes. */
export class NodeQueryDto {
  /** How many nodes, 1 to 200. */
  @PageLimit(200, 50)
  limit?: number;
  /** `nextCursor` of the page before. */
  @PageCursor(100)
  @Matches(/^[0-9a-f]{16}$/, { message: 'cursor must be the nextCursor of an answer' })
  cursor?: string;
}

/** What one node reports of a plugin. */
export class PluginInstanceDto extends NodeOutcomeDto {
  /** `live`, `draining` (about to stop) or `dead` (silent). */
  @ApiProperty({ enum: NODE_STATES, example: 'live' })
  nodeState: NodeState;
  /** Last sign of life of the node. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  heartbeatAt: string;
  /** Version of the code that runs there, where it says one. */
  @ApiProperty({ type: String, nullable: true, example: '1.6.0' })
  version: string | null;
  /** SHA-256 of the file that was loaded there, 64 hex digits. */
  @ApiProperty({ type: String, nullable: true, example: null })
  digest: string | null;
  /** When it last reported; null where it has not. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-15T08:00:00.000Z' })
  reportedAt: string | null;
}

/** What is wanted of a plugin, for comparison. */
export class WantedInstanceDto {
  /**
   * Whether it shall run.
   * @example true
   */
  enabled: boolean;
  /**
   * Revision that every node should be at.
   * @example 1
   */
  revision: number;
  /** Version of its code, where it says one. */
  @ApiProperty({ type: String, nullable: true, example: '1.6.0' })
  version: string | null;
}

/** A page of what the nodes report of a plugin. */
export class PluginInstancesDto extends PageDto {
  /**
   * Id of the plugin.
   * @example "my_custom_plugin"
   */
  pluginId: string;
  /** What is wanted. */
  wanted: WantedInstanceDto;
  /** Whether every live node of this page has come to what is wanted. */
  @ApiProperty({ type: Boolean, example: true })
  converged: boolean;
  /** One for each node, in the order of their ids. */
  instances: PluginInstanceDto[];
}

/** How far a node has come with the plugins. */
export class NodePluginsDto {
  /**
   * Plugins that are as wanted.
   * @example 3
   */
  converged: number;
  /**
   * Plugins that it has not come to yet.
   * @example 0
   */
  pending: number;
  /**
   * Plugins that it tried, and that do not run.
   * @example 0
   */
  failed: number;
  /** Ids of the first of those that are not as wanted. */
  @ApiProperty({ type: [String], example: [] })
  drift: string[];
}

/** A server of the fleet. */
export class NodeDto {
  /**
   * Id; it keeps it over restarts.
   * @example "3f9a1c0be2d47765"
   */
  id: string;
  /**
   * Name: the host's, unless it was given one.
   * @example "plugboard-1"
   */
  name: string;
  /** `live`, `draining` (about to stop) or `dead` (silent; it is forgotten after an hour). */
  @ApiProperty({ enum: NODE_STATES, example: 'live' })
  state: NodeState;
  /**
   * Release that it runs.
   * @example "0.1.0"
   */
  version: string;
  /**
   * Whether it is the one that answers.
   * @example true
   */
  self: boolean;
  /** When it started. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  startedAt: string;
  /** Its last sign of life. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  heartbeatAt: string;
  /** How far it has come with the plugins. */
  plugins: NodePluginsDto;
}

/** A page of nodes. */
export class NodeListDto extends PageDto {
  /** The nodes, in the order of their ids. */
  nodes: NodeDto[];
}
