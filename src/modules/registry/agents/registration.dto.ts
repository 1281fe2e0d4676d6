import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { BodyFields, WarnedDto } from '../../../platform/http/body-fields.js';
import { MayBeLeftOut } from '../../../platform/http/body.pipe.js';
import { PRINTABLE } from './agent-state.js';
import { IsAddress, IsPublicUri } from './public-uri.js';

const URI = { type: String, required: false, example: 'https://plugboard.example/agent.json' } as const;

/** What agent consoles read of registries that live on a chain, where there is none. */
const NONE = { type: 'null', example: null } as const;

/** What to tell the registry. What is left out is as the settings say, or as it was told before. */
@BodyFields({ unknown: 'ignore' })
@MayBeLeftOut()
export class RegisterDto {
  /** Name to register under. Default: AGENT_NAME. */
  @ApiProperty({ type: String, required: false, maxLength: 200, example: 'plugboard' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @Matches(PRINTABLE, { message: '$property must have printable characters only' })
  name?: string;
  /** Where this server is reached, http or https. Default: PUBLIC_URL. */
  @ApiProperty({ type: String, required: false, example: 'https://plugboard.example' })
  @IsOptional()
  @IsAddress()
  endpoint?: string;
  /** Public URI of it or of the document that describes it. Default: `endpoint`. */
  @ApiProperty(URI)
  @IsOptional()
  @IsPublicUri()
  uri?: string;
  /** The same as `uri`, as some consoles call it. */
  @ApiProperty(URI)
  @IsOptional()
  @IsPublicUri()
  tokenURI?: string;
}

/** The public URI to tell. */
@BodyFields({ unknown: 'ignore' })
@MayBeLeftOut()
export class UpdateUriDto {
  /** The URI: http, https, ipfs, ipns, ar or did. Left out: what follows from the settings again. */
  @ApiProperty(URI)
  @IsOptional()
  @IsPublicUri()
  uri?: string;
  /** The same as `uri`, as some consoles call it. */
  @ApiProperty(URI)
  @IsOptional()
  @IsPublicUri()
  tokenURI?: string;
}

/** How this server stands with its registry. */
export class RegistrationStatusDto {
  /**
   * Whether it has registered there.
   * @example true
   */
  registered: boolean;
  /** Id that it has there, shared by all replicas; null before it registers. */
  @ApiProperty({ type: String, nullable: true, example: '0b5f7a52-5a3c-4c58-9f0e-3f1c8b6c2a11' })
  agentId: string | null;
  /**
   * REGISTRY_URL; empty where none is configured.
   * @example "https://registry.example"
   */
  registryUrl: string;
  /**
   * Whether there is a registry to report to.
   * @example true
   */
  configured: boolean;
  /** When the registry was last told that it lives; null for never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-15T08:00:00.000Z' })
  lastSyncAt: string | null;
  /** Why the last try failed; null when it did not. */
  @ApiProperty({ type: String, nullable: true, example: null })
  lastError: string | null;
  /**
   * Name that it registers under.
   * @example "plugboard"
   */
  agentName: string;
  /**
   * Where it says that it is reached; empty where it does not say.
   * @example "https://plugboard.example"
   */
  agentEndpoint: string;
  /**
   * Its public URI; empty where it has none.
   * @example "https://plugboard.example/agent.json"
   */
  agentUri: string;
  /**
   * The same, as agent consoles call it.
   * @example "https://plugboard.example/agent.json"
   */
  tokenURI: string;
  /**
   * Whether the registry counts it among its agents: the same as `registered`.
   * @example true
   */
  isActive: boolean;
  /** Always null: agents have no token on a chain here. */
  @ApiProperty(NONE)
  tokenId: null;
  /** Always null. */
  @ApiProperty(NONE)
  walletAddress: null;
  /** Always null. */
  @ApiProperty(NONE)
  capabilitiesHash: null;
  /** Always null: a registry does not tell how many agents it has. */
  @ApiProperty(NONE)
  totalAgents: null;
}

/** It is registered. */
export class RegisteredDto extends WarnedDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /**
   * Id that it has at the registry.
   * @example "0b5f7a52-5a3c-4c58-9f0e-3f1c8b6c2a11"
   */
  agentId: string;
}

/** The registry knows the new URI. */
export class UriUpdatedDto extends WarnedDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
}

/** The registry knows how things are. */
export class SyncedDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /** When. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  syncedAt: string;
}

/** The settings that concern the registry. */
export class RegistrationConfigDto {
  /**
   * REGISTRY_URL; empty where none is configured.
   * @example "https://registry.example"
   */
  registryUrl: string;
  /**
   * REGISTRY_AUTO_REGISTER.
   * @example false
   */
  autoRegister: boolean;
  /** REGISTRY_SYNC_INTERVAL, in milliseconds. */
  @ApiProperty({ type: 'integer', example: 300_000 })
  syncInterval: number;
  /**
   * Whether there is a registry to report to.
   * @example true
   */
  configured: boolean;
  /** Always null: the registry is on no chain. */
  @ApiProperty(NONE)
  chainId: null;
  /** Always null. */
  @ApiProperty(NONE)
  registryAddress: null;
  /** Always null. */
  @ApiProperty(NONE)
  collectionAddress: null;
  /** Always null. */
  @ApiProperty(NONE)
  explorerUrl: null;
}
