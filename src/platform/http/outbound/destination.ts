import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type AddressPolicy, canonicalAddress } from './address-policy.js';
import { Unprocessable } from '../errors.js';
import type { Deadline } from './deadline.js';
import { DownloadFailed, destinationRefused, privateDestination } from './download.errors.js';

/** Answers every address of a host name; an error's `code` is Node's (`ENOTFOUND` …). */
export type Resolver = (hostname: string) => Promise<readonly string[]>;

/** A host and all the addresses that were found for it and checked. Nothing else may be connected to. */
export interface Destination {
  /** As the certificate and the `Host` header name it; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
  readonly addresses: readonly string[];
}

/** The system's resolver, hosts file included, in the order it prefers. */
export const systemResolver: Resolver = async (hostname) => {
  const answers = await lookup(hostname, { all: true, verbatim: true });
  return answers.map(({ address }) => address);
};

/**
 * Reads a URL the WHATWG way, so that every odd spelling of an address (decimal, octal, hexadecimal, IDN
 * digits) is already what a connection would use, and drops the root dot that would dodge a host list.
 * @throws Unprocessable `destination_refused` unless it is an http(s) URL without credentials
 */
export function parseDestinationUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw destinationRefused(text.slice(0, 200), 'it is not a valid URL.');
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw destinationRefused(url.host || url.protocol, 'only http and https URLs are permitted.');
  if (url.username !== '' || url.password !== '')
    throw destinationRefused(url.host, 'credentials in the URL are not permitted.');
  url.hostname = url.hostname.replace(/\.$/, '');
  url.hash = '';
  return url;
}

/**
 * Refuses at once what could never be fetched; names of hosts are looked at when they are resolved.
 * @throws Unprocessable `destination_refused` for a malformed URL, or an address that is not permitted
 */
export function assertPermitted(text: string, policy: AddressPolicy): void {
  const hostname = bareHost(parseDestinationUrl(text));
  if (isIP(hostname) !== 0 && !policy.permits(hostname)) throw privateDestination(hostname);
}

/** An IPv6 address without its brackets. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * Resolves the host of `url` once and checks every answer: one forbidden address among public ones is enough
 * to refuse, because which of them a connection takes is not ours to choose.
 * @throws Unprocessable `destination_refused`; the resolver's error when there is no answer
 */
export async function resolveDestination(
  url: URL,
  policy: AddressPolicy,
  resolver: Resolver,
  deadline: Deadline,
): Promise<Destination> {
  const hostname = bareHost(url);
  const literal = isIP(hostname) !== 0;
  const addresses = literal ? [hostname] : await deadline.race(resolver(hostname));
  if (addresses.length === 0) throw new DownloadFailed('try_later', `The host "${hostname}" has no address.`);
  if (!arePermitted(hostname, addresses, policy)) throw privateDestination(hostname);
  const tls = url.protocol === 'https:';
  return { hostname, port: Number(url.port) || (tls ? 443 : 80), tls, addresses };
}

/**
 * Checks what a proxy is to connect to. A name that has no address here is left to the proxy, which may be the only one
 * to resolve names of the outside.
 * @throws Unprocessable `destination_refused`
 */
export async function assertReachable(
  url: URL,
  policy: AddressPolicy,
  resolver: Resolver,
  deadline: Deadline,
): Promise<void> {
  try {
    await resolveDestination(url, policy, resolver, deadline);
  } catch (error) {
    deadline.signal.throwIfAborted();
    if (error instanceof Unprocessable) throw error;
  }
}

/** Whether all addresses that were found for a host may be connected to. */
export function arePermitted(hostname: string, addresses: readonly string[], policy: AddressPolicy): boolean {
  return addresses.every((address) =>
    policy.listsHost(hostname) ? isIP(address) !== 0 : policy.permits(address),
  );
}

/** Whether a connected socket's peer is one of the addresses that were checked. */
export function isChecked(destination: Destination, peer: string | undefined): boolean {
  if (peer === undefined) return false;
  return destination.addresses.map(canonicalAddress).includes(canonicalAddress(peer));
}
