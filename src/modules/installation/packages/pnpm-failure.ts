import { type AppError, BadGateway, GatewayTimeout, Unprocessable } from '../../../platform/http/errors.js';
import { type LeftOut, missingFor } from './npm-config.js';
import type { PnpmResult } from './pnpm-process.js';

type Kind = 'address' | 'full' | 'integrity' | 'age' | 'denied' | 'refused' | 'missing' | 'slow' | 'network';

/** What the package manager's error codes mean to us; the first that fits counts. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/ERR_ARCHIVE_REFUSED/, 'refused'],
  [/ERR_DESTINATION_REFUSED/, 'address'],
  [/TARBALL_INTEGRITY|BAD_TARBALL_CHECKSUM|EINTEGRITY/, 'integrity'],
  [/MATUR|RELEASE_AGE|MISSING_TIME/, 'age'],
  [/ERR_DENIED_DEPENDENCY/, 'denied'],
  [
    /EXOTIC|UNEXPECTED_PKG_CONTENT|UNSUPPORTED|INVALID|TARBALL_EXTRACT|BAD_TARBALL|SPEC_NOT_SUPPORTED|Z_(BUF|DATA)_ERROR|Failed to add tarball/,
    'refused',
  ],
  [/FETCH_404|NO_MATCHING_VERSION|NO_VERSIONS|PACKAGE_NOT_FOUND/, 'missing'],
  [/TIMEOUT|ETIMEDOUT/, 'slow'],
  [/META_FETCH|FETCH_\d|FETCH_ERROR|ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|EPROTO|CERT|SOCKET|UND_ERR/, 'network'],
];

/** Whatever step it comes up in, and whatever that step makes of it. */
const DISK_FULL = /ENOSPC|EDQUOT/;

/** The failure of a run as an error for people: no path of ours, and a code by what would help. */
export function pnpmFailure(
  { error, exitCode }: PnpmResult,
  dataFolder: string,
  leftOut: readonly LeftOut[] = [],
): AppError {
  const { code = '', message = '' } = error ?? {};
  const missing = missingFor(message, leftOut);
  const text = `${readable(message, dataFolder)}${missing && ` (${missing})`}`;
  switch (kindOf(code, message)) {
    case 'full':
      return new BadGateway('install_failed', `There is no space left on this server's disk: ${text}`);
    case 'address':
      return new Unprocessable('destination_refused', `An archive is at a private address. ${text}`, 'name');
    case 'integrity':
      return new Unprocessable(
        'integrity_mismatch',
        `The bytes of an archive are not those that the registry promised: ${text}`,
        'name',
      );
    case 'age':
      return new Unprocessable(
        'policy_refused',
        `POLICY_MIN_RELEASE_AGE refuses a dependency: ${text} Wait, or lower POLICY_MIN_RELEASE_AGE.`,
        'name',
      );
    case 'denied':
      return new Unprocessable('policy_refused', `POLICY_DENY refuses a dependency: ${text}`, 'name');
    case 'refused':
      return new Unprocessable('package_refused', `The package is refused: ${text}`, 'name');
    case 'missing':
      return new Unprocessable('package_refused', `A dependency is not to be had: ${text}`, 'name');
    case 'slow':
      return new GatewayTimeout('registry_timeout', `The npm registry took too long: ${text}`);
    case 'network':
      return new BadGateway('registry_unreachable', `The npm registry cannot be reached: ${text}`);
    case undefined:
      return new BadGateway('install_failed', `The package manager failed (${code || exitCode}): ${text}`);
  }
}

function kindOf(code: string, message: string): Kind | undefined {
  if (DISK_FULL.test(`${code} ${message}`)) return 'full';
  const found =
    KINDS.find(([pattern]) => pattern.test(code)) ?? KINDS.find(([pattern]) => pattern.test(message));
  return found?.[1];
}

function readable(message: string, dataFolder: string): string {
  const [line = ''] = message
    .replaceAll(dataFolder, '')
    .replace(/ERR_ARCHIVE_REFUSED:?\s*/g, '')
    .split('\n');
  return line
    .replace(/\/\/[^\s/@]+@/g, '//')
    .replace(/(?<=^|[\s"'(])(\/[^\s"'():]+){2,}/g, '…')
    .trim()
    .slice(0, 500);
}
