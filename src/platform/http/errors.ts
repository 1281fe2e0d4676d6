import { type CodeOf, ERROR_TYPES, type ErrorCode } from './error-codes.js';

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
  /** Headers of the answer that belong to the failure. */
  readonly headers: Readonly<Record<string, string>> = {};

  /**
   * @param code stable machine-readable cause, one of those that error-codes.ts lists for the status
   * @param message one or two sentences for a person; never a stack, SQL or an absolute file path
   * @param param the field, parameter or header that is at fault, when there is one
   */
  constructor(
    readonly code: string,
    message: string,
    readonly param = '',
    readonly problems: readonly FieldProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A failure that takes only the codes listed for its status. */
abstract class Listed<Code extends ErrorCode> extends AppError {
  constructor(
    code: Code,
    message: string,
    param = '',
    problems: readonly FieldProblem[] = [],
    options?: ErrorOptions,
  ) {
    super(code, message, param, problems, options);
  }
}

export class BadRequest extends Listed<CodeOf<400>> {
  readonly status = 400;
  readonly type = ERROR_TYPES[400];
}

export class Unauthorized extends Listed<CodeOf<401>> {
  readonly status = 401;
  readonly type = ERROR_TYPES[401];
  override readonly headers = { 'WWW-Authenticate': 'Bearer' };
}

export class Forbidden extends Listed<CodeOf<403>> {
  readonly status = 403;
  readonly type = ERROR_TYPES[403];
}

export class NotFound extends Listed<CodeOf<404>> {
  readonly status = 404;
  readonly type = ERROR_TYPES[404];
}

export class Conflict extends Listed<CodeOf<409>> {
  readonly status = 409;
  readonly type = ERROR_TYPES[409];
}

export class PreconditionFailed extends Listed<CodeOf<412>> {
  readonly status = 412;
  readonly type = ERROR_TYPES[412];
}

/** Well-formed, understood, and refused: nothing was changed. */
export class Unprocessable extends Listed<CodeOf<422>> {
  readonly status = 422;
  readonly type = ERROR_TYPES[422];
}

/** More than a quota permits. The headers say when there is more. */
export class TooManyRequests extends Listed<CodeOf<429>> {
  readonly status = 429;
  readonly type = ERROR_TYPES[429];
  constructor(
    code: CodeOf<429>,
    message: string,
    override readonly headers: Readonly<Record<string, string>>,
  ) {
    super(code, message);
  }
}

/** Something upstream (a download, a registry) did not do its part. */
export class BadGateway extends Listed<CodeOf<502>> {
  readonly status = 502;
  readonly type = ERROR_TYPES[502];
}

export class Unavailable extends Listed<CodeOf<503>> {
  readonly status = 503;
  readonly type = ERROR_TYPES[503];
  override readonly headers = { 'Retry-After': '1' };
}

export class GatewayTimeout extends Listed<CodeOf<504>> {
  readonly status = 504;
  readonly type = ERROR_TYPES[504];
}
