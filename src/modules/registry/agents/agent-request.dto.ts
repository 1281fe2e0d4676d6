import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { BodyFields } from '../../../platform/http/body-fields.js';
import { MayBeLeftOut } from '../../../platform/http/body.pipe.js';
import { FreeForm } from '../../../platform/http/free-form.js';
import { AgentDetailDto, AgentPluginDto } from './agent.dto.js';
import { MAX_PLUGINS, PRINTABLE } from './agent-state.js';
import { IsAddress, IsPublicUri } from './public-uri.js';
import { PageCursor, PageLimit, QueryFlag } from '../../../platform/http/page.dto.js';

const SHOWN_DIGEST = '3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea';
const printable = { message: '$property must have printable characters only' };

/** All that an agent tells of itself. What is left out is taken as not there. */
@BodyFields({ readOnlyOf: () => AgentDetailDto })
export class PutAgentDto {
  /**
   * Name for people.
   * @example "edge gateway"
   */
  @IsString()
  @MaxLength(200)
  @Matches(PRINTABLE, printable)
  name: string;
  /** Where it answers, http or https. */
  @ApiProperty({ type: String, nullable: true, required: false, example: 'https://gateway.example' })
  @IsOptional()
  @IsAddress()
  endpoint?: string | null;
  /** Public URI of it or of the document that describes it: http, https, ipfs, ipns, ar or did. */
  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    example: 'https://gateway.example/agent.json',
  })
  @IsOptional()
  @IsPublicUri()
  uri?: string | null;
  /** Its own version. */
  @ApiProperty({ type: String, nullable: true, required: false, maxLength: 256, example: '1.4.0' })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  @Matches(PRINTABLE, printable)
  version?: string | null;
  /** Milliseconds from one heartbeat to the next; after three missed ones the agent counts as stale. */
  @ApiProperty({
    type: 'integer',
    required: false,
    minimum: 1_000,
    maximum: 86_400_000,
    default: 300_000,
    example: 300_000,
  })
  @IsOptional()
  @IsInt()
  @Min(1_000)
  @Max(86_400_000)
  heartbeatInterval?: number;
  /** The plugins that it runs, each name once. */
  @ApiProperty({ type: [AgentPluginDto], required: false, maxItems: MAX_PLUGINS })
  @FreeForm()
  plugins?: unknown;
}

/** A sign of life. */
@MayBeLeftOut()
export class HeartbeatDto {
  /** `digest` of the last answer to PUT, as long as nothing has changed since. */
  @ApiProperty({ type: String, required: false, maxLength: 128, example: SHOWN_DIGEST })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  digest?: string;
}

class PageQueryDto {
  /** How many to answer. */
  @PageLimit(500, 100)
  limit?: number;
  /** `nextCursor` of the page before. */
  @PageCursor(1_200)
  cursor?: string;
}

/** Which agents to list. */
export class ListAgentsDto extends PageQueryDto {
  /** Only agents with this text in their name, in any case. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string;
  /** Only agents that have missed three heartbeats, or only those that have not. */
  @QueryFlag()
  stale?: boolean;
  /** Only agents that run this plugin: its name, or name and version as `name@version`. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  plugin?: string;
}

/** Which agents to compare, and what to show of it. */
export class DriftQueryDto extends PageQueryDto {
  /** Only agents with this text in their name, in any case. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string;
  /** Only plugins that not all of these agents run in the same version. */
  @QueryFlag(false)
  differing?: boolean;
}
