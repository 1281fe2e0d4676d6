import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { CATALOG_KINDS, type CatalogKind, GENERATIONS, type Generation } from './catalog-entry.js';
import { PageCursor, PageDto, PageLimit, QueryFlag } from '../../../platform/http/page.dto.js';

/** Most entries in one answer, and how many there are when nobody says. */
export const MAX_PAGE = 1_000;

/** Which entries to list. */
export class ListEntriesDto {
  /** Only entries of this category. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  category?: string;
  /** Only entries for this kind of host. */
  @ApiProperty({ enum: CATALOG_KINDS, required: false })
  @IsOptional()
  @IsIn(CATALOG_KINDS)
  kind?: CatalogKind;
  /** Only entries written in this language, as the catalogue spells it. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  language?: string;
  /** Only entries that support this generation of the agent framework. */
  @ApiProperty({ enum: GENERATIONS, required: false })
  @IsOptional()
  @IsIn(GENERATIONS)
  support?: Generation;
  /** Only entries of the source with this label; `published` for what is published here. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  source?: string;
  /** Only entries that are installed, or only those that are not. */
  @QueryFlag()
  installed?: boolean;
  /** How many to answer; 1,000 when left out. */
  @PageLimit(MAX_PAGE)
  limit?: number;
  /** `nextCursor` of the page before. */
  @PageCursor(1_000)
  cursor?: string;
}

const VERSION = { type: String, nullable: true } as const;

/** What the catalogue says of the npm package. */
export class CatalogPackageDto {
  /** Name of the npm package. */
  @ApiProperty({ type: String, nullable: true, example: '@elizaos/plugin-twitter' })
  package: string | null;
  /** The version to install: that of the newest generation that has one. */
  @ApiProperty({ ...VERSION, example: '1.2.0' })
  version: string | null;
  /** The version for the first generation of the framework. */
  @ApiProperty({ ...VERSION, example: null })
  v0Version: string | null;
  /** The version for the second generation. */
  @ApiProperty({ ...VERSION, example: '1.2.0' })
  v1Version: string | null;
  /** The version for the third generation. */
  @ApiProperty({ ...VERSION, example: null })
  v2Version: string | null;
  /** Versions of the framework that `v0Version` wants. */
  @ApiProperty({ ...VERSION, example: null })
  v0CoreRange: string | null;
  /** Versions of the framework that `v1Version` wants. */
  @ApiProperty({ ...VERSION, example: '^1.0.0' })
  v1CoreRange: string | null;
  /** Versions of the framework that `v2Version` wants. */
  @ApiProperty({ ...VERSION, example: null })
  v2CoreRange: string | null;
}

/** Branches of the repository. */
export class CatalogBranchesDto {
  /** The branch for the first generation of the framework. */
  @ApiProperty({ ...VERSION, example: null })
  v0Branch: string | null;
  /** The branch for the second generation. */
  @ApiProperty({ ...VERSION, example: 'main' })
  v1Branch: string | null;
  /** The branch for the third generation. */
  @ApiProperty({ ...VERSION, example: null })
  v2Branch: string | null;
}

/** Generations of the agent framework that it is said to support. */
export class CatalogSupportsDto {
  /**
   * The first generation.
   * @example false
   */
  v0: boolean;
  /**
   * The second generation.
   * @example true
   */
  v1: boolean;
  /**
   * The third generation.
   * @example false
   */
  v2: boolean;
}

/** A plugin that can be found. Texts are as the catalogue has them, one line each, without markup of any meaning. */
export class CatalogPluginDto {
  /**
   * Name in the catalogue; mostly that of the npm package.
   * @example "@elizaos/plugin-twitter"
   */
  name: string;
  /**
   * Name for people.
   * @example "Twitter"
   */
  displayName: string;
  /**
   * What it is for.
   * @example "Twitter/X integration for posting and monitoring"
   */
  description: string;
  /** What it is for: agents, gateways, collectors, or a server of the Model Context Protocol. */
  @ApiProperty({ enum: CATALOG_KINDS, example: 'agent' })
  kind: CatalogKind;
  /**
   * Sort of plugin.
   * @example "plugin"
   */
  category: string;
  /**
   * Label of the source whose word this is; `published` for what is published here.
   * @example "eliza"
   */
  source: string;
  /** Its npm package. */
  npm: CatalogPackageDto;
  /**
   * Whether it is installed.
   * @example false
   */
  installed: boolean;
  /** The installed version. */
  @ApiProperty({ type: String, nullable: true, example: null })
  installedVersion: string | null;
  /**
   * Whether its code is loaded on the node that answers.
   * @example false
   */
  loaded: boolean;
  /**
   * Whether it comes with the server.
   * @example false
   */
  bundled: boolean;
  /**
   * Whether it can be installed by name, as far as the catalogue tells. Those that cannot are listed last.
   * @example true
   */
  installable: boolean;
  /**
   * Why it cannot be installed by name; only where it cannot.
   * @example "The catalogue names no version of it that is on npm."
   */
  notInstallable?: string;
  /**
   * Why it should no longer be used; only where that is so.
   * @example "Use @elizaos/plugin-x instead."
   */
  deprecated?: string;
  /** Repository on GitHub, `owner/repo`. */
  @ApiProperty({ type: String, nullable: true, example: 'elizaos-plugins/plugin-twitter' })
  gitRepo: string | null;
  /** Address to clone it from. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'https://github.com/elizaos-plugins/plugin-twitter.git',
  })
  gitUrl: string | null;
  /** Its page on the web; an http or https address. */
  @ApiProperty({ type: String, nullable: true, example: null })
  homepage: string | null;
  /** Topics of the repository. */
  @ApiProperty({ type: [String], example: ['social', 'twitter'] })
  topics: string[];
  /** Stars of the repository. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 12 })
  stars: number;
  /** Language it is written in. */
  @ApiProperty({ type: String, nullable: true, example: 'TypeScript' })
  language: string | null;
  /** Generations of the agent framework that it is said to support. */
  supports: CatalogSupportsDto;
  /** Branches of the repository. */
  git: CatalogBranchesDto;
}

/** A page of the catalogue. */
export class CatalogListDto extends PageDto {
  /** The plugins: those that can be installed first, each group by name. */
  plugins: CatalogPluginDto[];
}

/** What one source says of a name. */
export class CatalogMentionDto {
  /**
   * Label of the source.
   * @example "eliza"
   */
  source: string;
  /**
   * The name as the source spells it.
   * @example "@elizaos/plugin-twitter"
   */
  name: string;
  /** The version that it names. */
  @ApiProperty({ ...VERSION, example: '1.2.0' })
  version: string | null;
  /**
   * Whether its entry is the one that is shown: of several sources, the strongest one's is.
   * @example true
   */
  shown: boolean;
}

/** A plugin with all that is known of it. */
export class CatalogPluginDetailsDto extends CatalogPluginDto {
  /**
   * Who made it; where no catalogue says so, the owner of its repository or of its scope.
   * @example "ElizaOS Team"
   */
  author: string;
  /**
   * Address of its repository; empty where that is not known.
   * @example "https://github.com/elizaos-plugins/plugin-twitter"
   */
  repository: string;
  /** Words to find it by. */
  @ApiProperty({ type: [String], example: ['social', 'twitter'] })
  tags: string[];
  /** Its licence, as the catalogue spells it. */
  @ApiProperty({ type: String, nullable: true, example: null })
  license: string | null;
  /** The `server.json` of an MCP server as its registry has it: version, remotes, packages of all kinds. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  server: Record<string, unknown> | null;
  /** Every source that has the name, the strongest first. */
  sources: CatalogMentionDto[];
}

/** One plugin. */
export class CatalogPluginAnswerDto {
  /** The plugin. */
  plugin: CatalogPluginDetailsDto;
}
