import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';
import { MayBeLeftOut } from '../../platform/http/body.pipe.js';
import { BodyFields, IgnoredFieldDto } from '../../platform/http/body-fields.js';
import { FleetAnsweredDto } from '../plugins/index.js';
import { INSTALL_SOURCES, type InstallSource } from './installed-version.entity.js';
import { PlanWarningDto } from './plan-warning.dto.js';

const PACKAGE = '@elizaos/plugin-openai';

/** A package to install. */
@BodyFields({ unknown: 'ignore' })
export class InstallDto {
  /** Name of the npm package. */
  @ApiProperty({ type: String, maxLength: 214, example: PACKAGE })
  @IsString()
  @IsNotEmpty()
  @MaxLength(214)
  name: string;
  /** Exact version, range or dist-tag; `latest` when left out. */
  @ApiPropertyOptional({ type: String, maxLength: 200, example: 'latest' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  version?: string;
  /**
   * Where to take it from: the npm registry, or what is published here. When left out, what is installed keeps its
   * source, and of a new name what is published here goes before npm; where that is not clear the answer is 409.
   */
  @ApiPropertyOptional({ enum: INSTALL_SOURCES, example: 'npm' })
  @IsOptional()
  @IsIn(INSTALL_SOURCES)
  source?: InstallSource;
  /** Whether the plugin starts at once; when left out, a new one does and an updated one stays as it was. */
  @ApiPropertyOptional({ type: Boolean, example: true })
  @IsOptional()
  @IsBoolean()
  enable?: boolean;
  /** Accepted and without effect: plugins are exchanged while the server runs. */
  @ApiPropertyOptional({ type: Boolean })
  @IsOptional()
  @IsBoolean()
  autoRestart?: boolean;
  /** Answer what would be done and do nothing. */
  @ApiPropertyOptional({ type: Boolean, example: true })
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}

/** A package to uninstall. */
@BodyFields({ unknown: 'ignore' })
export class UninstallDto {
  /** Name of the npm package. */
  @ApiProperty({ type: String, maxLength: 214, example: PACKAGE })
  @IsString()
  @IsNotEmpty()
  @MaxLength(214)
  name: string;
  /** Forget the settings too; otherwise they are kept for a reinstall. */
  @ApiPropertyOptional({ type: Boolean, default: false })
  @IsOptional()
  @IsBoolean()
  purge?: boolean;
}

/** A version to go back to. */
@MayBeLeftOut()
export class RollbackDto {
  /** Where that version came from; needed where the one in use came from elsewhere, whose place other code would take. */
  @ApiPropertyOptional({ enum: INSTALL_SOURCES, example: 'npm' })
  @IsOptional()
  @IsIn(INSTALL_SOURCES)
  source?: InstallSource;
  /** One of the kept versions; when left out, the one installed before the present one. */
  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  version?: string;
}

/** The plugin that an installation made or updated. */
export class InstalledPluginDto {
  /**
   * Its id.
   * @example "openai"
   */
  id: string;
  /**
   * Its display name.
   * @example "Openai"
   */
  name: string;
  /**
   * The installed version.
   * @example "1.6.0"
   */
  version: string;
  /**
   * Folder of the package.
   * @example "/srv/plugboard/.data/packages/versions/…"
   */
  installPath: string;
}

/** A finished installation: `outcome` tells it from a plan and from a job. */
@ApiExtraModels(PlanWarningDto, IgnoredFieldDto)
export class InstallDoneDto extends FleetAnsweredDto {
  /** Always `installed`. */
  @ApiProperty({ enum: ['installed'], example: 'installed' })
  outcome: 'installed';
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /**
   * Always false: plugins are exchanged while the server runs.
   * @example false
   */
  requiresRestart: boolean;
  /**
   * Name of the package.
   * @example "@elizaos/plugin-openai"
   */
  pluginName: string;
  /** The plugin. */
  plugin: InstalledPluginDto;
  /**
   * What was done.
   * @example "@elizaos/plugin-openai@1.6.0 installed"
   */
  message: string;
  /**
   * The job that did it.
   * @example "019bc0f3-7c00-7a3e-8f1d-2b6c4e5a9d10"
   */
  jobId: string;
  /** What to know of it, such as another version than the one that was asked for, and fields that were ignored. */
  @ApiProperty({
    type: 'array',
    items: { anyOf: [{ $ref: getSchemaPath(PlanWarningDto) }, { $ref: getSchemaPath(IgnoredFieldDto) }] },
  })
  override warnings: readonly PlanWarningDto[];
}

/** A change that has nothing more to say than that it was made. */
export class PackageDoneDto extends FleetAnsweredDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /**
   * Always false: plugins are exchanged while the server runs.
   * @example false
   */
  requiresRestart: boolean;
  /**
   * Name of the package.
   * @example "@elizaos/plugin-openai"
   */
  pluginName: string;
  /**
   * What was done.
   * @example "@elizaos/plugin-openai uninstalled"
   */
  message: string;
}

/** The rules that decide what may be installed: the POLICY_ settings. */
export class PolicyDto {
  /** Minutes that a version must have been published before. */
  @ApiProperty({ type: 'integer', example: 0 })
  minReleaseAge: number;
  /** Names that may be installed; empty for all. */
  @ApiProperty({ type: [String], example: [] })
  allow: string[];
  /** Names that may not be installed. */
  @ApiProperty({ type: [String], example: [] })
  deny: string[];
  /** Whether a verified signature is asked for. */
  @ApiProperty({ type: Boolean, example: false })
  requireSignature: boolean;
  /** Whether a verified provenance is asked for. */
  @ApiProperty({ type: Boolean, example: false })
  requireProvenance: boolean;
  /** Most MiB on disk, dependencies included. */
  @ApiProperty({ type: 'integer', example: 1024 })
  maxUnpackedMb: number;
  /** Most files, dependencies included. */
  @ApiProperty({ type: 'integer', example: 100000 })
  maxFiles: number;
  /** Licences that packages may have; empty for any. */
  @ApiProperty({ type: [String], example: [] })
  licenses: string[];
}
