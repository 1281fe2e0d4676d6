import { ApiProperty } from '@nestjs/swagger';
import { ERROR_CODES, ERROR_TYPES } from './error-codes.js';

const CODES = Object.keys(ERROR_CODES);
const TYPES = [...new Set(Object.values(ERROR_TYPES))];

/** One thing wrong with one field. */
export class FieldProblemDto {
  /**
   * Dotted path of the field in the body.
   * @example "config.TWITTER_API_KEY"
   */
  field: string;
  /**
   * What is wrong and what would be right.
   * @example "must be a string, not a number"
   */
  message: string;
}

/** The cause of a failure. */
export class ErrorDetailDto {
  /** Kind of error. */
  @ApiProperty({ enum: TYPES, example: 'validation_error' })
  type: string;
  /** Stable machine-readable cause. */
  @ApiProperty({ enum: CODES, example: 'config_invalid' })
  code: string;
  /**
   * What was wrong and what would be right.
   * @example "config.RETRIES must be a number, not a string."
   */
  message: string;
  /**
   * The field, parameter or header at fault, or an empty string.
   * @example "config.RETRIES"
   */
  param: string;
  /**
   * Request id, as in the `X-Request-Id` header and the server's log.
   * @example "0b5f7a52-5a3c-4c58-9f0e-3f1c8b6c2a11"
   */
  event_id: string;
}

/** Extra facts that gateway clients expect in every error. */
export class ErrorExtraFieldsDto {
  /**
   * Always empty here.
   * @example ""
   */
  provider: string;
  /**
   * Always empty here.
   * @example ""
   */
  model_requested: string;
  /**
   * Operation id of the route that failed, or an empty string for an unknown route.
   * @example "updatePlugin"
   */
  request_type: string;
}

/** The body of every answer with a status of 400 or above. */
export class ErrorDto {
  /**
   * Always false.
   * @example false
   */
  ok: boolean;
  /**
   * Request id.
   * @example "0b5f7a52-5a3c-4c58-9f0e-3f1c8b6c2a11"
   */
  event_id: string;
  /** Kind of error. */
  @ApiProperty({ enum: TYPES, example: 'validation_error' })
  type: string;
  /**
   * Always true; gateway clients recognise their errors by it.
   * @example true
   */
  is_bifrost_error: boolean;
  /** HTTP status, once more. */
  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, example: 422 })
  status_code: number;
  /** The cause. */
  error: ErrorDetailDto;
  /** Extra facts that gateway clients expect. */
  extra_fields: ErrorExtraFieldsDto;
  /** Field by field, on a 422; file by file, on a `sync_conflict`. */
  validationErrors?: FieldProblemDto[];
}
