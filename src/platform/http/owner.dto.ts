import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches } from 'class-validator';
import { OWNER_FORM } from './ownership.js';

const OWNER = 'key:ci';

/** Whom to hand something over to. */
export class HandOverDto {
  /** The new owner: `key:` and the name of a virtual key, or `user:` and the subject (`sub`) of JWTs. */
  @ApiProperty({ type: String, pattern: OWNER_FORM.source, maxLength: 205, example: OWNER })
  @IsString()
  @Matches(OWNER_FORM, { message: '$property must be key:<name of a virtual key> or user:<subject of JWTs>' })
  owner: string;
}

/** Something was handed over. */
export class HandedOverDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /** Who owns it now. */
  @ApiProperty({ type: String, example: OWNER })
  owner: string;
  /** Who did before; null for nobody. */
  @ApiProperty({ type: String, nullable: true, example: 'user:admin' })
  previousOwner: string | null;
}
