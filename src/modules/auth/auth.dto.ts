import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
} from 'class-validator';
import { BOUND_SCOPE, type GrantedScope, isScope, SCOPES } from '../../platform/http/scopes.js';
import { MAX_JTI } from './authenticator.js';

const MAX_SCOPES = 50;
const SCOPE_MESSAGE = `each scope must be one of ${SCOPES.join(', ')}, or registry:publish or registry:write bound to names, as registry:publish:@acme/*`;
const SCOPE_LIST: ApiPropertyOptions = {
  type: 'array',
  maxItems: MAX_SCOPES,
  items: {
    anyOf: [
      { type: 'string', enum: [...SCOPES] },
      { type: 'string', pattern: BOUND_SCOPE.source },
    ],
  },
  example: ['plugins:read', 'plugins:write'],
};

/** A virtual key to make. */
export class CreateVirtualKeyDto {
  /**
   * Name for people; unique among the keys in use.
   * @example "ci"
   */
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name: string;
  /**
   * What it may do; no more than the caller may. Default: plugins:read, plugins:write, registry:read.
   * `registry:publish` and `registry:write` may be bound to names: `registry:publish:@acme/*` publishes only what
   * begins with `@acme/`, `registry:write:edge-*` reports only agents whose id begins with `edge-`.
   */
  @ApiProperty({ ...SCOPE_LIST, required: false })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_SCOPES)
  @ValidateBy({ name: 'isScope', validator: { validate: isScope } }, { each: true, message: SCOPE_MESSAGE })
  scopes?: GrantedScope[];
  /** When it stops working, ISO 8601. Default: never. Made by a virtual key, it stops with that or with its token. */
  @ApiProperty({ type: String, format: 'date-time', required: false, example: '2030-01-01T00:00:00.000Z' })
  @IsOptional()
  @IsISO8601({ strict: true })
  expiresAt?: string;
}

/** What is known of a virtual key; never the key itself. */
export class VirtualKeyDto {
  /**
   * Id.
   * @example "6f1c0b1e-6d0b-4d7e-9a53-0f4c2f9d8a11"
   */
  id: string;
  /**
   * Name for people.
   * @example "ci"
   */
  name: string;
  /**
   * How the key begins.
   * @example "sk-bf-4fQ2"
   */
  prefix: string;
  /** What it may do. */
  @ApiProperty(SCOPE_LIST)
  scopes: GrantedScope[];
  /** When it stops working; null for never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  expiresAt: string | null;
  /** When it was last used, to the minute; null for never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  lastUsedAt: string | null;
  /** When it was revoked; null while it is in use. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  revokedAt: string | null;
  /** When it was made. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  createdAt: string;
}

/** A new virtual key; `key` is shown this once. */
export class NewVirtualKeyDto extends VirtualKeyDto {
  /**
   * The key itself. It cannot be shown again.
   * @example "sk-bf-4fQ2m8Xc1vB7nR5tY9wK3pLz6sD0hGjA"
   */
  key: string;
}

/** All virtual keys, newest first. */
export class VirtualKeyListDto {
  /** The keys, revoked ones too. */
  keys: VirtualKeyDto[];
  /** How many. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  count: number;
}

/** A token to make from a virtual key. */
export class CreateTokenDto {
  /**
   * Id or name of the virtual key; needs `keys:manage`. Left out: the virtual key that makes the call.
   * @example "ci"
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  key?: string;
  /** Life of the token in seconds, 60 to 3,600. */
  @ApiProperty({ type: 'integer', example: 900, default: 900, minimum: 60, maximum: 3600, required: false })
  @IsOptional()
  @IsInt()
  @Min(60)
  @Max(3600)
  expiresIn?: number;
}

/** A short-lived token. */
export class TokenDto {
  /**
   * The virtual-key JWT.
   * @example "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI2ZjFjMGIxZSJ9.c2lnbmF0dXJl"
   */
  token: string;
  /**
   * How to send it.
   * @example "Bearer"
   */
  tokenType: string;
  /** When it expires. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:15:00.000Z' })
  expiresAt: string;
}

/** A token to revoke: itself, or its `jti`. */
export class RevokeTokenDto {
  /**
   * The JWT. It is checked, and not kept.
   * @example "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI2ZjFjMGIxZSJ9.c2lnbmF0dXJl"
   */
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  token?: string;
  /**
   * The `jti` claim of the JWT, or what the list shows in its place; needs `admin`.
   * @example "0b8f3a52-5a0e-4f0e-9f0c-1c5f6f4f9e0d"
   */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_JTI)
  jti?: string;
}

/** A JWT that is accepted no more. */
export class RevokedTokenDto {
  /**
   * Its `jti` claim; `sha256:` and a digest of its claims where it has none.
   * @example "0b8f3a52-5a0e-4f0e-9f0c-1c5f6f4f9e0d"
   */
  jti: string;
  /** Whose it is; null where only its `jti` was given. */
  @ApiProperty({ type: String, nullable: true, example: 'admin' })
  subject: string | null;
  /** When it would have expired, and leaves this list; null where only its `jti` was given: it stays. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-15T20:00:00.000Z' })
  expiresAt: string | null;
  /** When it was revoked. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  revokedAt: string;
}

/** JWTs that are accepted no more, newest first. */
export class RevokedTokenListDto {
  /** The tokens that have not expired by themselves. */
  tokens: RevokedTokenDto[];
  /** How many. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  count: number;
}

/** Who the caller is. */
export class WhoamiDto {
  /** Kind of token. */
  @ApiProperty({ enum: ['admin', 'jwt', 'virtual_key'], example: 'admin' })
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
  /** What it may do. */
  @ApiProperty({ ...SCOPE_LIST, example: ['admin'] })
  scopes: GrantedScope[];
}

/** A change that has nothing more to say than that it was made. */
export class KeyDoneDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /**
   * What was done.
   * @example "Virtual key revoked"
   */
  message: string;
}
