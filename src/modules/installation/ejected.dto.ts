import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { BodyFields } from '../../platform/http/body-fields.js';
import { MayBeLeftOut } from '../../platform/http/body.pipe.js';
import { NodeRefDto } from '../plugins/index.js';
import { COPY_NODE_STATES, type CopyNodeState } from './copy-node-state.js';
import { PackageDoneDto } from './installation.dto.js';

/** How a local copy is given up. */
@BodyFields({ unknown: 'ignore' })
@MayBeLeftOut()
export class ReinjectDto {
  /** Remove the local copy; otherwise it is kept aside. */
  @ApiPropertyOptional({ type: Boolean, default: false })
  @IsOptional()
  @IsBoolean()
  purge?: boolean;
}

/** How a local copy is built. */
@BodyFields({ unknown: 'ignore' })
@MayBeLeftOut()
export class SyncDto {
  /** Merge the newest npm version into the local edits first. */
  @ApiPropertyOptional({ type: Boolean, default: false })
  @IsOptional()
  @IsBoolean()
  upstream?: boolean;
  /**
   * `auto` bundles TypeScript where the package has nothing built; `bundle` always does; `script` runs the copy's own
   * build script, for which the scope `plugins:install` is needed.
   */
  @ApiPropertyOptional({ enum: ['auto', 'bundle', 'script'], default: 'auto' })
  @IsOptional()
  @IsIn(['auto', 'bundle', 'script'])
  builder?: 'auto' | 'bundle' | 'script';
}

/** A plugin that runs from a local copy now. */
export class EjectedDoneDto extends PackageDoneDto {
  /**
   * Folder of the local copy, a git repository.
   * @example "/srv/plugboard/.data/ejected/@elizaos+plugin-openai"
   */
  localPath: string;
}

/** A local copy that was built and runs. */
export class SyncDoneDto extends PackageDoneDto {
  /** What the build script printed. */
  @ApiProperty({ type: [String], example: [] })
  logs: string[];
  /**
   * The job that did it.
   * @example "019bc0f3-7c00-7a3e-8f1d-2b6c4e5a9d10"
   */
  jobId: string;
}

/** The npm package that a local copy was made from. */
export class UpstreamDto {
  /**
   * Its name.
   * @example "@elizaos/plugin-openai"
   */
  name: string;
  /**
   * The version that the local edits stand on.
   * @example "1.6.0"
   */
  version: string;
  /**
   * Hash of its archive.
   * @example "sha512-q1w2…"
   */
  integrity: string;
}

/** The server whose disk has a local copy. */
export class CopyNodeDto extends NodeRefDto {
  /** `gone`: it has stopped, or was dead for so long that it is forgotten. Ejecting again makes another copy then. */
  @ApiProperty({ enum: COPY_NODE_STATES, example: 'live' })
  state: CopyNodeState;
}

/** A plugin that runs from a local copy. */
export class EjectedPluginDto {
  /**
   * Name of the package.
   * @example "@elizaos/plugin-openai"
   */
  name: string;
  /**
   * Id of the plugin.
   * @example "openai"
   */
  pluginId: string;
  /**
   * Folder to edit, a git repository, on the server that has it.
   * @example "/srv/plugboard/.data/ejected/@elizaos+plugin-openai"
   */
  localPath: string;
  /**
   * Folder that runs here: what was built from the local copy last.
   * @example "/srv/plugboard/.data/ejected/.builds/…"
   */
  path: string;
  /**
   * The npm version below the local edits.
   * @example "1.6.0"
   */
  version: string;
  /** Where it comes from. */
  upstream: UpstreamDto;
  /** The server that has the folder to edit; null where that is not on record. Every server runs what was built. */
  @ApiProperty({ type: CopyNodeDto, nullable: true })
  node: CopyNodeDto | null;
}

/** Plugins that run from local copies. */
export class EjectedListDto {
  /** How many. */
  @ApiProperty({ type: 'integer', example: 1 })
  count: number;
  /** Each of them. */
  @ApiProperty({ type: [EjectedPluginDto] })
  plugins: EjectedPluginDto[];
}
