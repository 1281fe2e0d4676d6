import { WarnedDto } from '../http/body-fields.js';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { JOB_STATES, type JobState } from './job-state.js';
import { PageDto, PageLimit } from '../http/page.dto.js';

const SAMPLE_ID = '019bc0f3-7c00-7a3e-8f1d-2b6c4e5a9d10';
const SAMPLE_NAME = '@elizaos/plugin-openai';

/** Which jobs to list. */
export class JobQueryDto {
  /** Only jobs of this kind, such as `install`. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  kind?: string;
  /** Only jobs in this state. */
  @ApiProperty({ enum: JOB_STATES, required: false })
  @IsOptional()
  @IsIn(JOB_STATES)
  state?: JobState;
  /** Only jobs about this, such as the name of a package. */
  @IsOptional()
  @IsString()
  @MaxLength(214)
  subject?: string;
  /** How many jobs, 1 to 500. */
  @PageLimit(500, 50)
  limit?: number;
  /** `nextCursor` of the page before. */
  @ApiProperty({ format: 'uuid', required: false })
  @IsOptional()
  @IsUUID()
  cursor?: string;
}

/** Who asked for it. */
export class JobActorDto {
  /**
   * Kind of token: `admin`, `jwt`, `virtual_key`, or `system`.
   * @example "admin"
   */
  kind: string;
  /**
   * Subject of the token, or id of the virtual key.
   * @example "admin"
   */
  id: string;
  /**
   * Name for people.
   * @example "admin"
   */
  name: string;
}

/** What is wrong with one field. */
export class JobProblemDto {
  /**
   * Where, as a dotted path.
   * @example "version"
   */
  field: string;
  /**
   * What is wrong there.
   * @example "is not a version, a range or a dist-tag"
   */
  message: string;
}

/** Why a job has failed: what a request for the same would have been answered. */
export class JobErrorDto {
  /** Status code. */
  @ApiProperty({ type: 'integer', example: 404 })
  status: number;
  /**
   * Kind of error.
   * @example "not_found_error"
   */
  type: string;
  /**
   * Stable cause, one of the listed error codes.
   * @example "plugin_not_found"
   */
  code: string;
  /**
   * For a person.
   * @example "There is no plugin of that name."
   */
  message: string;
  /**
   * The field at fault; empty when there is none.
   * @example "name"
   */
  param: string;
  /** Field by field, where there is more than one. */
  @ApiProperty({ type: [JobProblemDto] })
  problems: readonly JobProblemDto[];
}

/** A piece of long work. */
export class JobDto {
  /** Later jobs have greater ids. */
  @ApiProperty({ format: 'uuid', example: SAMPLE_ID })
  id: string;
  /**
   * What it does.
   * @example "install"
   */
  kind: string;
  /** What it is about, such as the name of a package. */
  @ApiProperty({ example: SAMPLE_NAME })
  subject: string;
  /** Where it is in its life. */
  @ApiProperty({ enum: JOB_STATES, example: 'running' })
  state: JobState;
  /** What it is doing; at the end `complete`, `failed` or `cancelled`. */
  @ApiProperty({ example: 'downloading' })
  phase: string;
  /** How far it has come. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, example: 40 })
  percentage: number;
  /** More about that, for a person. */
  @ApiProperty({ type: String, nullable: true, example: null })
  message: string | null;
  /** What it came to; null until it has succeeded. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  result: object | null;
  /** Why it failed, or why its last attempt did. */
  @ApiProperty({ type: JobErrorDto, nullable: true, example: null })
  error: JobErrorDto | null;
  /** How often it was started; more than once after a failure of the network or the end of a server. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  attempts: number;
  /** Whether someone wants it to stop. */
  @ApiProperty({ example: false })
  cancelRequested: boolean;
  /** Who asked for it. */
  actor: JobActorDto;
  /**
   * The request that asked for it.
   * @example "0b5f7a52-5a3c-4c58-9f0e-3f1c8b6c2a11"
   */
  requestId: string;
  /** The server that runs it, or ran it last. */
  @ApiProperty({ type: String, nullable: true, example: '5f0c1d2e3a4b5c6d' })
  nodeId: string | null;
  /** When it was asked for, ISO 8601 UTC. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  createdAt: string;
  /** When it was begun first. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-15T08:00:00.120Z' })
  startedAt: string | null;
  /** When it ended. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  finishedAt: string | null;
}

/** A page of jobs, newest first. */
export class JobPageDto extends PageDto {
  /** The jobs. */
  jobs: JobDto[];
}

/** The `data` line of one server-sent event about a job. */
export class JobEventDto {
  /** The job. */
  @ApiProperty({ format: 'uuid', example: SAMPLE_ID })
  jobId: string;
  /** What the job is about. */
  @ApiProperty({ example: SAMPLE_NAME })
  pluginName: string;
  /** Where it is in its life. */
  @ApiProperty({ enum: JOB_STATES, example: 'running' })
  state: JobState;
  /** What it is doing; at the end `complete`, `failed` or `cancelled`. */
  @ApiProperty({ example: 'downloading' })
  phase: string;
  /** How far it has come. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, example: 40 })
  percentage: number;
  /** More about that, for a person. */
  @ApiProperty({ type: String, nullable: true, example: null })
  message: string | null;
  /** Why it failed; with the last event alone. */
  @ApiProperty({ type: JobErrorDto, nullable: true, example: null })
  error: JobErrorDto | null;
}

/** A job that goes on while the caller does not wait. */
export class JobBegunDto extends WarnedDto {
  /** Always `queued`. */
  @ApiProperty({ enum: ['queued'], example: 'queued' })
  outcome: 'queued';
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /**
   * The job: `GET /api/jobs/{id}` tells how far it is, `/events` follows it.
   * @example "019bc0f3-7c00-7a3e-8f1d-2b6c4e5a9d10"
   */
  jobId: string;
  /** Longest time that its work may take once it is begun, the start of the plugin included, in milliseconds. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 315_000 })
  limitMs: number;
}
