import { parseDestinationUrl } from './destination.js';
import { DownloadFailed, destinationRefused } from './download.errors.js';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What may be told to another origin than the one the caller meant: nothing that could be a credential. */
const CROSSES_ORIGINS = new Set(['accept', 'accept-language', 'user-agent']);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * Where a redirect leads, checked as the first URL was.
 * @throws Unprocessable `destination_refused` for a forbidden form or a step down from https to http;
 * DownloadFailed when it leads nowhere
 */
export function redirectTarget(from: URL, location: string | undefined): URL {
  if (!location) throw new DownloadFailed('invalid', `"${from.host}" redirected without saying where to.`);
  const target = parseDestinationUrl(location, from);
  if (from.protocol === 'https:' && target.protocol === 'http:')
    throw destinationRefused(target.host, `"${from.host}" redirected to it from https to http.`);
  return target;
}

/** The headers that go along from one URL to the next (names in lower case). */
export function headersFor(
  from: URL,
  to: URL,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => from.origin === to.origin || CROSSES_ORIGINS.has(name),
  );
  return Object.fromEntries(kept);
}
