import dns from 'node:dns';
import http, { type ClientRequest } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction, Socket } from 'node:net';
import { AddressPolicy } from './address-policy.js';
import { arePermitted } from './destination.js';

/** Where a process of the package manager may connect to besides public addresses. */
export interface NetworkLimits {
  /** Addresses of the registries that the operator configured: these hosts and ports may be private. */
  readonly registries: readonly string[];
  /** Proxies that the operator configured; they are connected to, and no archive is fetched from them. */
  readonly proxies: readonly string[];
  /** `OUTBOUND_ALLOW`. */
  readonly allow: readonly string[];
}

type ConnectOptions = Record<string, unknown>;
type Connect = (this: Socket, ...given: unknown[]) => Socket;

/** Nobody's name (RFC 2606): what is refused is looked up under it, which fails with the refusal. */
const NOBODY = 'refused.invalid';
const LOCAL = /(^|\.)localhost$/;

/**
 * Holds every connection of this process to the addresses that are permitted, the resolved ones too, whatever the
 * documents of a registry name and wherever they redirect to. Requests that go through a proxy connect to the proxy:
 * for them the address in the URL is checked, and what a name stands for is the proxy's to know.
 */
export function guardConnections({ registries, proxies, allow }: NetworkLimits): void {
  const policy = new AddressPolicy(allow);
  const origins = new Set(registries.flatMap(originOf));
  guardSockets(new Set([...origins, ...proxies.flatMap(originOf)]), policy);
  guardRequests(origins, policy);
}

function guardSockets(connectable: ReadonlySet<string>, policy: AddressPolicy): void {
  const connect = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect')?.value as Connect;
  Object.assign(Socket.prototype, {
    connect(this: Socket, ...given: unknown[]): Socket {
      // What net.connect() hands over is an array that it has put in order, and recognizes.
      const list = Array.isArray(given[0]) ? (given[0] as unknown[]) : given;
      const { options, places } = connectOptions(list);
      list.splice(0, places, checkedOptions(options, connectable, policy));
      return connect.apply(this, given);
    },
  });
}

/** For requests that go through a proxy: they are refused before it is told where to. */
function guardRequests(origins: ReadonlySet<string>, policy: AddressPolicy): void {
  for (const protocol of [http, https]) {
    const { request } = protocol;
    const checkedRequest = (...given: unknown[]): ClientRequest => {
      const { hostname, port } = requested(given, protocol === https ? 443 : 80);
      const isPrivate = LOCAL.test(hostname) || (isIP(hostname) !== 0 && !policy.permits(hostname));
      if (isPrivate && !origins.has(`${hostname}:${port}`) && !policy.listsHost(hostname))
        throw refusal(hostname);
      return Reflect.apply(request, protocol, given) as ClientRequest;
    };
    Object.assign(protocol, { request: checkedRequest });
  }
}

/** The arguments of `request`: a URL, options, or both. */
function requested([first, second]: unknown[], defaultPort: number): { hostname: string; port: number } {
  const isUrl = typeof first === 'string' || first instanceof URL;
  const url = isUrl ? new URL(first) : null;
  const options = ((isUrl ? second : first) ?? {}) as { hostname?: string; host?: string; port?: unknown };
  const hostname = options.hostname ?? options.host ?? url?.hostname ?? 'localhost';
  return { hostname: bare(hostname).toLowerCase(), port: Number(options.port ?? url?.port) || defaultPort };
}

/** The arguments of `connect`: options, a path, or a port and a host. @returns as options, and their number */
function connectOptions([first, second]: unknown[]): { options: ConnectOptions; places: number } {
  if (typeof first === 'object' && first !== null) return { options: first as ConnectOptions, places: 1 };
  if (typeof first === 'string' && Number.isNaN(Number(first)))
    return { options: { path: first }, places: 1 };
  const hasHost = typeof second === 'string';
  return { options: { port: first, ...(hasHost && { host: second }) }, places: hasHost ? 2 : 1 };
}

function checkedOptions(
  options: ConnectOptions,
  connectable: ReadonlySet<string>,
  policy: AddressPolicy,
): ConnectOptions {
  const { host, port, path } = options;
  const hostname = bare(typeof host === 'string' && host !== '' ? host : 'localhost').toLowerCase();
  if (!path && connectable.has(`${hostname}:${Number(port)}`)) return options;
  const lookup = (options['lookup'] ?? dns.lookup) as LookupFunction;
  if (!path && isIP(hostname) === 0) return { ...options, lookup: checkedLookup(lookup, policy) };
  if (!path && policy.permits(hostname)) return options;
  const refuse: LookupFunction = (_hostname, _options, callback) => callback(refusal(hostname), '', 0);
  return { ...options, path: undefined, port: Number(port) || 1, host: NOBODY, lookup: refuse };
}

function checkedLookup(lookup: LookupFunction, policy: AddressPolicy): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error) return callback(error, found, family);
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      if (arePermitted(hostname.toLowerCase(), addresses, policy)) callback(null, found, family);
      else callback(refusal(hostname), '', 0);
    });
  };
}

function originOf(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const parsed = new URL(url);
  return [`${bare(parsed.hostname)}:${portOf(parsed)}`];
}

function portOf({ protocol, port }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

/** Without the brackets of IPv6 and the dot of the root. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** Says nothing about the addresses found: they may be names of the operator's private network. */
function refusal(hostname: string): Error {
  const message = `ERR_DESTINATION_REFUSED The host "${hostname}" is not on the public internet, and no registry that is configured. To permit it, add "${hostname}" to OUTBOUND_ALLOW.`;
  return Object.assign(new Error(message), { code: 'ERR_DESTINATION_REFUSED' });
}
