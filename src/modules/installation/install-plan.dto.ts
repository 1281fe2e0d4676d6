import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { IgnoredFieldDto } from '../../platform/http/body-fields.js';
import { SkippedScriptDto, TrustDto } from './trust.dto.js';
import { PlanWarningDto } from './plan-warning.dto.js';

/** One package of a plan. */
export class PlannedPackageDto {
  /**
   * Its name.
   * @example "zod"
   */
  name: string;
  /**
   * Its version.
   * @example "4.1.0"
   */
  version: string;
  /** Bytes of its files as the registry tells it; null when it does not. */
  @ApiProperty({ type: 'integer', nullable: true, example: 3400000 })
  unpackedSize: number | null;
  /** How many files it has as the registry tells it; null when it does not. */
  @ApiProperty({ type: 'integer', nullable: true, example: 500 })
  fileCount: number | null;
  /**
   * Whether it is for another operating system or processor, and would not be fetched.
   * @example false
   */
  otherPlatform: boolean;
}

/** Sums over what would be fetched, as the registry tells it. */
export class PlanTotalsDto {
  /** How many packages. */
  @ApiProperty({ type: 'integer', example: 121 })
  packages: number;
  /** Bytes of all whose size is known. */
  @ApiProperty({ type: 'integer', example: 150000000 })
  unpackedSize: number;
  /** Files of all whose number of files is known. */
  @ApiProperty({ type: 'integer', example: 7600 })
  files: number;
  /** Packages whose size the registry does not tell: the sums lack them. */
  @ApiProperty({ type: 'integer', example: 2 })
  unknown: number;
}

/** How the declared parameters would change. */
export class ParameterChangeDto {
  /** Keys that are new. */
  @ApiProperty({ type: [String], example: ['OPENAI_BASE_URL'] })
  added: readonly string[];
  /** Keys that are gone. */
  @ApiProperty({ type: [String], example: [] })
  removed: readonly string[];
  /** Keys that are declared otherwise. */
  @ApiProperty({ type: [String], example: [] })
  changed: readonly string[];
}

/** What would come and go on the disk. */
export class PackageChangeDto {
  /** Packages that the installed version does not have. */
  @ApiProperty({ type: [String], example: ['zod@4.1.0'] })
  added: readonly string[];
  /** Packages that only the installed version has. */
  @ApiProperty({ type: [String], example: [] })
  removed: readonly string[];
}

/** What an installation would change. */
export class PlannedChangeDto {
  /** What it would be. */
  @ApiProperty({ enum: ['install', 'update', 'downgrade', 'reinstall'], example: 'install' })
  kind: string;
  /** The version that is installed now. */
  @ApiProperty({ type: String, nullable: true, example: null })
  from: string | null;
  /**
   * The version that would be.
   * @example "1.6.0"
   */
  to: string;
  /**
   * Whether a plugin that is switched on would be started anew.
   * @example false
   */
  restarts: boolean;
  /** Declared parameters; null when they cannot be known before the archive is fetched. */
  @ApiProperty({ type: ParameterChangeDto, nullable: true })
  parameters: ParameterChangeDto | null;
  /** Packages. */
  packages: PackageChangeDto;
}

/** What an installation would do. */
@ApiExtraModels(PlanWarningDto, IgnoredFieldDto)
export class InstallPlanDto {
  /** Always `planned`. */
  @ApiProperty({ enum: ['planned'], example: 'planned' })
  outcome: 'planned';
  /**
   * Always true; what would be refused is an error.
   * @example true
   */
  ok: boolean;
  /**
   * Name of the package.
   * @example "@elizaos/plugin-openai"
   */
  name: string;
  /**
   * The version that would be installed.
   * @example "1.6.0"
   */
  version: string;
  /** The version that is installed now. */
  @ApiProperty({ type: String, nullable: true, example: null })
  installedVersion: string | null;
  /** The package and everything that it depends on. */
  @ApiProperty({ type: [PlannedPackageDto] })
  dependencies: PlannedPackageDto[];
  /** Bytes of the package itself as the registry tells it; null when it does not. */
  @ApiProperty({ type: 'integer', nullable: true, example: 200000 })
  unpackedSize: number | null;
  /** Sums over all of it. */
  total: PlanTotalsDto;
  /** Evidence. */
  trust: TrustDto;
  /** Install scripts that will not run, of the package and of its dependencies. */
  @ApiProperty({ type: [SkippedScriptDto] })
  scripts: readonly SkippedScriptDto[];
  /** What to know before, and fields of the request that were ignored; nothing of it refuses the package. */
  @ApiProperty({
    type: 'array',
    items: { anyOf: [{ $ref: getSchemaPath(PlanWarningDto) }, { $ref: getSchemaPath(IgnoredFieldDto) }] },
  })
  warnings: PlanWarningDto[];
  /** What would change. */
  change: PlannedChangeDto;
}
