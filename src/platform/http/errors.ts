/**
 * The few kinds of failure there are. Services throw them, one filter renders them, nobody catches to rethrow.
 * `code` is stable and listed in the OpenAPI document; `message` says what was wrong and what would be right.
 */
export interface FieldProblem {
  /** Where, as a dotted path from the body: `config.TWITTER_API_KEY`. */
  field: string;
  /** What is wrong there and what would be right. */
  message: string;
}

export abstract class AppError extends Error {
  abstract readonly status: number;
  /** The kind of error, as gateway clients switch on it: `validation_error`, `not_found_error` … */
  abstract readonly type: string;

  /**
   * @param code stable machine-readable cause, snake_case
   * @param message one or two sentences for a person; never a stack, SQL or an absolute file path
   * @param param the field, parameter or header that is at fault, when there is one
   */
  constructor(
    readonly code: string,
    message: string,
    readonly param: string = '',
    readonly problems: readonly FieldProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class BadRequest extends AppError {
  readonly status = 400;
  readonly type = 'invalid_request_error';
}

export class Unauthorized extends AppError {
  readonly status = 401;
  readonly type = 'authentication_error';
}

export class Forbidden extends AppError {
  readonly status = 403;
  readonly type = 'permission_error';
}

export class NotFound extends AppError {
  readonly status = 404;
  readonly type = 'not_found_error';
}

export class Conflict extends AppError {
  readonly status = 409;
  readonly type = 'conflict_error';
}

export class PreconditionFailed extends AppError {
  readonly status = 412;
  readonly type = 'precondition_error';
}

/** Well-formed, understood, and refused: nothing was changed. */
export class Unprocessable extends AppError {
  readonly status = 422;
  readonly type = 'validation_error';
}

/** Something upstream (a download, a registry) did not do its part. */
export class BadGateway extends AppError {
  readonly status = 502;
  readonly type = 'upstream_error';
}

export class Unavailable extends AppError {
  readonly status = 503;
  readonly type = 'unavailable_error';
}

export class GatewayTimeout extends AppError {
  readonly status = 504;
  readonly type = 'timeout_error';
}
