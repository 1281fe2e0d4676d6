import { BadGateway, GatewayTimeout, Unprocessable } from '../errors.js';

/**
 * What a failed download means to the caller: `missing` is final, `refused` wants other credentials, `try_later`
 * may pass by itself, `invalid` is an answer that will not get better by asking again.
 */
export type DownloadFailure = 'missing' | 'refused' | 'try_later' | 'invalid';

/** The other side did not deliver; `reason` tells whether asking again can help. */
export class DownloadFailed extends BadGateway {
  constructor(
    readonly reason: DownloadFailure,
    message: string,
    options?: ErrorOptions,
    /** What the other side answered, where it did. */
    readonly httpStatus?: number,
  ) {
    super('download_failed', message, '', [], options);
  }
}

/** Node's codes for a network that may be back in a minute; every other failure stays as it is. */
const PASSING = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** @param what the rule that was broken, as the end of "The download from HOST was refused: …" */
export function destinationRefused(host: string, what: string): Unprocessable {
  return new Unprocessable('destination_refused', `The download from "${host}" was refused: ${what}`);
}

/** Says nothing about the addresses found: they may be names of the operator's private network. */
export function privateDestination(host: string): Unprocessable {
  return destinationRefused(
    host,
    `the host is not on the public internet. To permit it, add "${host}" to OUTBOUND_ALLOW.`,
  );
}

export function downloadTooLarge(host: string, maxBytes: number): Unprocessable {
  return new Unprocessable(
    'download_too_large',
    `The download from "${host}" is larger than the ${maxBytes} bytes permitted.`,
  );
}

export function downloadTimeout(host: string, timeoutMs: number): GatewayTimeout {
  return new GatewayTimeout(
    'download_timeout',
    `The download from "${host}" was not complete after ${timeoutMs} ms.`,
  );
}

/** The failure an HTTP status stands for. */
export function statusFailure(host: string, status: number): DownloadFailed {
  const failed = (reason: DownloadFailure, what: string): DownloadFailed =>
    new DownloadFailed(reason, `"${host}" ${what}`, undefined, status);
  if (status === 404 || status === 410) return failed('missing', `has no such file (HTTP ${status}).`);
  if (status >= 500 || [408, 425, 429].includes(status))
    return failed('try_later', `cannot answer now (HTTP ${status}); try again later.`);
  if (status >= 400) return failed('refused', `refused to hand the file out (HTTP ${status}).`);
  return failed('invalid', `gave an answer that is not a file (HTTP ${status}).`);
}

/**
 * The failure a Node error stands for. Only its code is shown: the message would name resolved addresses.
 * Errors that are typed already pass unchanged.
 */
export function networkFailure(host: string, error: unknown): Error {
  if (error instanceof DownloadFailed || error instanceof Unprocessable || error instanceof GatewayTimeout)
    return error;
  const code = codeOf(error);
  const reason = PASSING.has(code) ? 'try_later' : 'invalid';
  return new DownloadFailed(reason, `The download from "${host}" failed (${code}).`, { cause: error });
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'no code';
}
