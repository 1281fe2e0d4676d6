import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';
import { FleetAnsweredDto } from '../plugins/index.js';
import { PlanWarningDto } from './plan-warning.dto.js';

const PACKAGE = '@elizaos/plugin-openai';

/** A package to install. */
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
export class RollbackDto {
  /** One of the kept versions; when left out, the one installed before the present one. */
  @ApiPropertyOptional({ type: String, maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  version?: string;
}

/** An install script that was not run. */
export class SkippedScriptDto {
  /**
   * Package that it belongs to.
   * @example "esbuild@0.25.0"
   */
  package: string;
  /**
   * Its name in package.json.
   * @example "postinstall"
   */
  script: string;
  /**
   * What it would have run.
   * @example "node install.js"
   */
  command: string;
}

/** A known weakness of a version, as the registry tells it. */
export class AdvisoryDto {
  /**
   * Package that has it.
   * @example "lodash@4.17.0"
   */
  package: string;
  /**
   * What it is.
   * @example "Prototype pollution in lodash"
   */
  title: string;
  /** How bad it is. */
  @ApiProperty({ enum: ['info', 'low', 'moderate', 'high', 'critical', 'unknown'], example: 'high' })
  severity: string;
  /** Where to read about it. */
  @ApiProperty({ type: String, nullable: true, example: 'https://github.com/advisories/GHSA-jf85-cpcp-j695' })
  url: string | null;
  /**
   * Versions that have it.
   * @example "<4.17.12"
   */
  range: string;
}

/** What is known of where a version comes from. */
export class TrustDto {
  /**
   * Hash that the archive was checked against.
   * @example "sha512-q1w2…"
   */
  integrity: string;
  /** Signature of the registry. */
  @ApiProperty({ enum: ['verified', 'unsigned', 'invalid', 'unavailable'], example: 'verified' })
  signature: string;
  /** Attestation of the build that published it. */
  @ApiProperty({ enum: ['verified', 'absent', 'invalid', 'unavailable'], example: 'absent' })
  provenance: string;
  /** The build that signed the provenance. */
  @ApiProperty({ type: String, nullable: true, example: null })
  builder: string | null;
  /** When it was published; null where the registry does not tell. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-15T08:00:00.000Z' })
  publishedAt: string | null;
  /** Minutes between its publication and its installation. */
  @ApiProperty({ type: 'integer', nullable: true, example: 43200 })
  age: number | null;
  /** Install scripts that were not run. */
  @ApiProperty({ type: [SkippedScriptDto] })
  scripts: readonly SkippedScriptDto[];
  /** Known advisories about the package and its dependencies; null when the registry could not say. */
  @ApiProperty({ type: [AdvisoryDto], nullable: true })
  advisories: readonly AdvisoryDto[] | null;
  /** How the signatures of the dependencies were found, counted. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { verified: 212 } })
  dependencies: Readonly<Record<string, number>>;
  /** Why something is not verified. */
  @ApiProperty({ type: [String], example: [] })
  causes: readonly string[];
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

/** A finished installation. */
export class InstallDoneDto extends FleetAnsweredDto {
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
  /** What to know of it; such as another version than the one that was asked for. */
  @ApiProperty({ type: [PlanWarningDto] })
  warnings: readonly PlanWarningDto[];
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

/** An installed version of a package. */
export class InstalledVersionDto {
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
   * The version.
   * @example "1.6.0"
   */
  version: string;
  /**
   * Whether this version is the one in use.
   * @example true
   */
  current: boolean;
  /** When it was installed. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  installedAt: string;
  /**
   * Folder of the package.
   * @example "/srv/plugboard/.data/packages/versions/…"
   */
  path: string;
  /**
   * Hash of its archive.
   * @example "sha512-q1w2…"
   */
  integrity: string;
  /** Bytes on disk, dependencies included. */
  @ApiProperty({ type: 'integer', example: 180000000 })
  unpackedSize: number;
  /** Files on disk, dependencies included. */
  @ApiProperty({ type: 'integer', example: 9000 })
  files: number;
  /** Evidence. */
  trust: TrustDto;
}

/** Installed packages. */
export class InstalledListDto {
  /** How many. */
  @ApiProperty({ type: 'integer', example: 1 })
  count: number;
  /** The version in use of each. */
  @ApiProperty({ type: [InstalledVersionDto] })
  plugins: InstalledVersionDto[];
}

/** Kept versions of one package. */
export class VersionListDto {
  /** How many. */
  @ApiProperty({ type: 'integer', example: 2 })
  count: number;
  /** The versions, the one installed last first. */
  @ApiProperty({ type: [InstalledVersionDto] })
  versions: InstalledVersionDto[];
}

/** A newer version of an installed package. */
export class UpdateDto {
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
   * The version in use.
   * @example "1.5.0"
   */
  version: string;
  /**
   * The newest version.
   * @example "1.6.0"
   */
  newest: string;
  /**
   * Whether it is another major version.
   * @example false
   */
  major: boolean;
}

/** What could be updated. */
export class UpdateListDto {
  /** How many. */
  @ApiProperty({ type: 'integer', example: 0 })
  count: number;
  /** Packages with a newer version. */
  @ApiProperty({ type: [UpdateDto] })
  updates: UpdateDto[];
  /** Packages that could not be looked up, with the cause. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: {} })
  unknown: Record<string, string>;
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
