import { ApiProperty } from '@nestjs/swagger';
import { PageDto } from '../../../platform/http/page.dto.js';

const TIME = { type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' } as const;
const COUNT = { type: 'integer', minimum: 0, example: 1 } as const;

/** A plugin that an agent runs. */
export class AgentPluginDto {
  /**
   * The same on every agent: the npm name where it has one.
   * @example "@elizaos/plugin-openai"
   */
  name: string;
  /** Its version, where it has one. */
  @ApiProperty({ type: String, nullable: true, required: false, maxLength: 256, example: '1.6.0' })
  version: string | null;
  /** Digest of its code, where the agent tells it. */
  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    maxLength: 256,
    example: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
  })
  digest: string | null;
}

/** An agent, and whether it lives. */
export class AgentDto {
  /**
   * Its id.
   * @example "edge-gateway-1"
   */
  agentId: string;
  /**
   * Name for people.
   * @example "edge gateway"
   */
  name: string;
  /** Where it answers. */
  @ApiProperty({ type: String, nullable: true, example: 'https://gateway.example' })
  endpoint: string | null;
  /** Its public URI. */
  @ApiProperty({ type: String, nullable: true, example: 'https://gateway.example/agent.json' })
  uri: string | null;
  /** Its own version. */
  @ApiProperty({ type: String, nullable: true, example: '1.4.0' })
  version: string | null;
  /** Milliseconds from one heartbeat to the next. */
  @ApiProperty({ type: 'integer', example: 300_000 })
  heartbeatInterval: number;
  /** How many plugins it runs. */
  @ApiProperty(COUNT)
  pluginCount: number;
  /**
   * Digest of all that it told; it goes with heartbeats.
   * @example "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"
   */
  digest: string;
  /** Whether it has missed three heartbeats. */
  @ApiProperty({ type: Boolean, example: false })
  stale: boolean;
  /** Who may report for it: a virtual key by its name or a subject of tokens; null where nobody has since before agents had owners. */
  @ApiProperty({ type: String, nullable: true, example: 'key:agents' })
  owner: string | null;
  /** Last sign of life. */
  @ApiProperty(TIME)
  lastSeenAt: string;
  /** When it first reported. */
  @ApiProperty(TIME)
  registeredAt: string;
  /** When it last told something new. */
  @ApiProperty(TIME)
  updatedAt: string;
}

/** An agent with its plugins. */
export class AgentDetailDto extends AgentDto {
  /** The plugins that it runs, ordered by name. */
  plugins: AgentPluginDto[];
}

/** A page of agents, ordered by id. */
export class AgentPageDto extends PageDto {
  /** The agents. */
  agents: AgentDto[];
}

/** A heartbeat was noted. */
export class HeartbeatAnswerDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /** Whether something else is on record than the digest says: send all of it again with PUT. */
  @ApiProperty({ type: Boolean, example: false })
  resync: boolean;
}

/** An agent was removed. */
export class AgentRemovedDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /**
   * What was done.
   * @example "Agent removed"
   */
  message: string;
}

/** A version of a plugin, and who runs it. */
export class DriftVersionDto {
  /** The version; null where agents tell none. */
  @ApiProperty({ type: String, nullable: true, example: '1.6.0' })
  version: string | null;
  /** Digest of its code; null where agents tell none. */
  @ApiProperty({ type: String, nullable: true, example: null })
  digest: string | null;
  /** How many agents run it. */
  @ApiProperty(COUNT)
  agents: number;
  /**
   * The first 20 of them; `GET /api/v1/agents?plugin=name@version` lists all.
   * @example ["edge-gateway-1"]
   */
  agentIds: string[];
}

/** A plugin among agents. */
export class DriftPluginDto {
  /**
   * Its name.
   * @example "@elizaos/plugin-openai"
   */
  name: string;
  /** How many agents run it, in whatever version. */
  @ApiProperty(COUNT)
  agents: number;
  /** How many do not. */
  @ApiProperty({ ...COUNT, example: 0 })
  missing: number;
  /** Whether some run it in another version than others, or not at all. */
  @ApiProperty({ type: Boolean, example: false })
  differs: boolean;
  /** What they run, most widespread first. */
  versions: DriftVersionDto[];
}

/** How far agents run the same plugins. */
export class DriftDto extends PageDto {
  /** How many agents were compared. */
  @ApiProperty(COUNT)
  agents: number;
  /** The plugins, ordered by name. */
  plugins: DriftPluginDto[];
}
