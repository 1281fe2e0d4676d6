import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { BodyFields } from '../../platform/http/body-fields.js';
import { FleetAnsweredDto } from '../plugins/index.js';

/** What there is to build agents on. */
export class CoreStatusDto {
  /**
   * Always true: core plugins are managed here.
   * @example true
   */
  available: boolean;
  /** Names of the required ones. */
  @ApiProperty({ type: [String], example: ['bootstrap', 'knowledge', 'sql'] })
  corePlugins: string[];
  /** Names of the optional ones. */
  @ApiProperty({ type: [String], example: ['secrets-manager'] })
  optionalCorePlugins: string[];
}

/** A core plugin and what became of it. */
export class CorePluginDto {
  /**
   * Id of the plugin; the name while it is not installed.
   * @example "bootstrap"
   */
  id: string;
  /**
   * Its short name.
   * @example "bootstrap"
   */
  name: string;
  /**
   * Its npm package.
   * @example "@elizaos/plugin-bootstrap"
   */
  npmName: string;
  /**
   * Whether it belongs to the core proper: the same as `required`.
   * @example true
   */
  isCore: boolean;
  /**
   * Whether agents cannot do without it: then it is neither disabled nor removed.
   * @example true
   */
  required: boolean;
  /**
   * Whether its package is here.
   * @example true
   */
  installed: boolean;
  /**
   * Whether its code is loaded on this node now.
   * @example true
   */
  loaded: boolean;
  /**
   * Whether it shall run.
   * @example true
   */
  enabled: boolean;
}

/** The core plugins. */
export class CorePluginListDto {
  /** The required ones. */
  @ApiProperty({ type: [CorePluginDto] })
  core: CorePluginDto[];
  /** The optional ones. */
  @ApiProperty({ type: [CorePluginDto] })
  optionalCore: CorePluginDto[];
  /** The same as `optionalCore`. */
  @ApiProperty({ type: [CorePluginDto] })
  optional: CorePluginDto[];
}

/** A core plugin to turn on or off; `name` or `npmName` says which. */
@BodyFields({ unknown: 'ignore' })
export class ToggleCorePluginDto {
  /** Its short name; the id and the npm name will do. */
  @ApiPropertyOptional({ type: String, maxLength: 214, example: 'secrets-manager' })
  @IsOptional()
  @IsString()
  @MaxLength(214)
  name?: string | null;
  /** Its npm package, instead of `name`. */
  @ApiPropertyOptional({ type: String, maxLength: 214, example: '@elizaos/plugin-secrets-manager' })
  @IsOptional()
  @IsString()
  @MaxLength(214)
  npmName?: string | null;
  /** Whether it shall run; one that is not installed is installed first. */
  @ApiProperty({ type: Boolean, example: false })
  @IsBoolean()
  enabled: boolean;
}

/** The answer to turning a core plugin on or off. */
export class CoreToggledDto extends FleetAnsweredDto {
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
   * Always false.
   * @example false
   */
  restarting: boolean;
  /**
   * What was done.
   * @example "secrets-manager is disabled"
   */
  message: string;
}
