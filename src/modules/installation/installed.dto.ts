import { ApiProperty } from '@nestjs/swagger';
import { INSTALL_SOURCES, type InstallSource } from './installed-version.entity.js';
import { TrustDto } from './trust.dto.js';

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
  /** Where it came from: the npm registry, or what is published here. */
  @ApiProperty({ enum: INSTALL_SOURCES, example: 'npm' })
  source: InstallSource;
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
   * The same as `path`, as agent consoles call it.
   * @example "/srv/plugboard/.data/packages/versions/…"
   */
  installPath: string;
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
