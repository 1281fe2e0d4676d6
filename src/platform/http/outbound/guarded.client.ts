import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Config } from '../../../config.js';
import { Unavailable } from '../errors.js';
import { AddressPolicy } from './address-policy.js';
import { BoundedBody } from './bounded-body.js';
import { openConnection, secureConnection } from './connection.js';
import { Deadline } from './deadline.js';
import {
  assertReachable,
  bareHost,
  type Resolver,
  parseDestinationUrl,
  resolveDestination,
  systemResolver,
} from './destination.js';
import {
  DownloadFailed,
  downloadTimeout,
  downloadTooLarge,
  networkFailure,
  statusFailure,
} from './download.errors.js';
import { exchange, type Message } from './exchange.js';
import { connectToProxy, openTunnel, proxyCredentials, proxyFor, type ProxySettings } from './proxy.js';
import { headersFor, isRedirect, redirectTarget } from './redirect.js';

const MAX_REDIRECTS = 5;

/** Headers that are the client's own business; a caller's are dropped. */
const RESERVED = new Set(['accept-encoding', 'connection', 'content-length', 'host', 'transfer-encoding']);

export type OutboundConfig = Pick<Config, 'OUTBOUND_ALLOW' | 'OUTBOUND_MAX_BYTES' | 'OUTBOUND_TIMEOUT'> &
  ProxySettings;

export interface OutboundSurroundings {
  /** Instead of the system's resolver. */
  readonly resolver?: Resolver;
  /** PEM certificates to trust instead of Node's. */
  readonly ca?: string;
}

export interface FetchOptions {
  /** Sent to the URL's own origin; across a redirect to another one only `accept` and the like go along. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Largest body, in bytes; never above `OUTBOUND_MAX_BYTES`. */
  readonly maxBytes?: number;
  /** Time for everything, redirects and body included, in milliseconds; never above `OUTBOUND_TIMEOUT`. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The body is compared with a checksum of what is sent: it may come with a Content-Encoding, which is left as it is. */
  readonly takesEncoded?: boolean;
}

/** A request other than GET. */
export interface SendOptions extends FetchOptions {
  readonly method: Message['method'];
  /** Sent as JSON; left out: no body. */
  readonly json?: object;
}

export interface FetchHead {
  /** 2xx or 304. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The URL that answered, after redirects. */
  readonly finalUrl: string;
}

interface Hop extends Message {
  readonly url: URL;
  readonly headers: Record<string, string>;
}

/**
 * The one way out to HTTP: it connects only to addresses it has checked, on every hop, or to the proxy that the
 * settings name, which it asks for nothing that it knows to be private; and it hands out nothing that came late, broken off, larger than permitted or, unless the caller takes that, compressed.
 */
export class GuardedClient {
  private readonly policy: AddressPolicy;
  private readonly running = new Set<Deadline>();
  private closed = false;

  /** @throws ConfigError when OUTBOUND_ALLOW has an entry that is no host, address or CIDR */
  constructor(
    private readonly config: OutboundConfig,
    private readonly surroundings: OutboundSurroundings = {},
  ) {
    this.policy = new AddressPolicy(config.OUTBOUND_ALLOW);
  }

  /** The largest body that is ever let in, in bytes. */
  get maxBytes(): number {
    return this.config.OUTBOUND_MAX_BYTES;
  }

  /**
   * A client that may reach the host of `url` although it is private: for a URL that the operator configured.
   * Where that redirects to may not be private.
   */
  static reaching(url: string, config: OutboundConfig): GuardedClient {
    const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
    return new GuardedClient({ ...config, OUTBOUND_ALLOW: [...config.OUTBOUND_ALLOW, host] });
  }

  /**
   * GETs `url`. The body must be read or destroyed; it fails with the same errors.
   * @throws Unprocessable `destination_refused`, `download_too_large`; DownloadFailed; GatewayTimeout
   * `download_timeout`; Unavailable after `close()`; the reason of `options.signal`
   */
  async fetchStream(url: string, options: FetchOptions = {}): Promise<FetchHead & { body: Readable }> {
    const first: Hop = {
      url: parseDestinationUrl(url),
      headers: callerHeaders(options.headers),
      method: 'GET',
    };
    return this.start(first, options);
  }

  /** As `fetchStream`, with the whole body in memory: give `maxBytes`. */
  async fetchBytes(url: string, options: FetchOptions = {}): Promise<FetchHead & { bytes: Buffer }> {
    return gather(await this.fetchStream(url, options));
  }

  /**
   * Sends a request and reads its whole answer into memory: give `maxBytes`. A redirect is a failure: what changes
   * something is sent to whom it was meant for, once.
   * @throws as `fetchStream`
   */
  async send(url: string, options: SendOptions): Promise<FetchHead & { bytes: Buffer }> {
    const { method, json, headers } = options;
    const body = json && { body: Buffer.from(JSON.stringify(json)) };
    const type = json && { 'content-type': 'application/json' };
    const first: Hop = {
      url: parseDestinationUrl(url),
      headers: { ...callerHeaders(headers), ...type },
      method,
      ...body,
    };
    return gather(await this.start(first, options));
  }

  private async start(first: Hop, options: FetchOptions): Promise<FetchHead & { body: Readable }> {
    const deadline = this.begin(first.url.host, options);
    try {
      const { hop, response } = await this.follow(first, deadline);
      const body = this.open(response, hop.url.host, options, deadline);
      body.once('close', () => this.end(deadline));
      return { status: response.statusCode ?? 0, headers: response.headers, finalUrl: hop.url.href, body };
    } catch (error) {
      this.end(deadline);
      if (deadline.signal.aborted) throw deadline.signal.reason as Error;
      throw error;
    }
  }

  /** Ends every download, running or to come, with Unavailable: shutdown need not wait for any. */
  close(): void {
    this.closed = true;
    for (const deadline of this.running) deadline.abort(shuttingDown());
  }

  private begin(host: string, options: FetchOptions): Deadline {
    const ms = Math.min(options.timeoutMs ?? Infinity, this.config.OUTBOUND_TIMEOUT);
    const deadline = new Deadline(ms, () => downloadTimeout(host, ms), options.signal);
    this.running.add(deadline);
    if (this.closed) deadline.abort(shuttingDown());
    return deadline;
  }

  private end(deadline: Deadline): void {
    deadline.close();
    this.running.delete(deadline);
  }

  private async follow(first: Hop, deadline: Deadline): Promise<{ hop: Hop; response: IncomingMessage }> {
    let hop = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await this.request(hop, deadline);
      if (hop.method !== 'GET' || !isRedirect(response.statusCode ?? 0)) return { hop, response };
      response.destroy();
      const url = redirectTarget(hop.url, response.headers.location);
      hop = { url, headers: headersFor(hop.url, url, hop.headers), method: 'GET' };
    }
    throw new DownloadFailed('invalid', `"${first.url.host}" redirects more than ${MAX_REDIRECTS} times.`);
  }

  private async request(hop: Hop, deadline: Deadline): Promise<IncomingMessage> {
    const { url, headers } = hop;
    const { resolver = systemResolver, ca } = this.surroundings;
    try {
      const sent = { accept: '*/*', 'user-agent': 'plugboard', ...headers, 'accept-encoding': 'identity' };
      const proxy = proxyFor(url, this.config);
      if (proxy) return await this.requestThrough(proxy, hop, sent, deadline);
      const destination = await resolveDestination(url, this.policy, resolver, deadline);
      const socket = await openConnection(destination, deadline, ca);
      return await exchange(socket, hop, sent, deadline.signal);
    } catch (error) {
      throw networkFailure(url.host, error);
    }
  }

  private async requestThrough(
    proxy: URL,
    hop: Hop,
    sent: Record<string, string>,
    deadline: Deadline,
  ): Promise<IncomingMessage> {
    const { resolver = systemResolver, ca } = this.surroundings;
    await assertReachable(hop.url, this.policy, resolver, deadline);
    if (hop.url.protocol === 'https:') {
      const tunnel = await openTunnel(proxy, hop.url, deadline);
      const socket = await secureConnection(tunnel, bareHost(hop.url), deadline, ca);
      return exchange(socket, hop, sent, deadline.signal);
    }
    const socket = await connectToProxy(proxy, deadline);
    const headers = { ...sent, ...proxyCredentials(proxy) };
    return exchange(socket, { ...hop, isProxied: true }, headers, deadline.signal);
  }

  private open(
    response: IncomingMessage,
    host: string,
    { maxBytes = Infinity, takesEncoded = false }: FetchOptions,
    deadline: Deadline,
  ): Readable {
    const limit = Math.min(maxBytes, this.config.OUTBOUND_MAX_BYTES);
    try {
      deadline.signal.throwIfAborted();
      checkHead(response, host, limit, takesEncoded);
      return new BoundedBody(response, host, limit, deadline);
    } catch (error) {
      response.destroy();
      throw error;
    }
  }
}

async function gather({
  body,
  ...head
}: FetchHead & { body: Readable }): Promise<FetchHead & { bytes: Buffer }> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return { ...head, bytes: Buffer.concat(chunks) };
}

function shuttingDown(): Unavailable {
  return new Unavailable('shutting_down', 'The server is stopping; try again when it is back.');
}

function callerHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(lower.filter(([name]) => !RESERVED.has(name)));
}

/** Refuses by the head alone what the body need not be read for. */
function checkHead(response: IncomingMessage, host: string, maxBytes: number, takesEncoded: boolean): void {
  const { statusCode: status = 0, headers } = response;
  if (status !== 304 && (status < 200 || status > 299)) throw statusFailure(host, status);
  const encoding = takesEncoded ? 'identity' : headers['content-encoding'] || 'identity';
  const encodings = [encoding, headers['transfer-encoding'] || 'chunked'];
  if (!/^identity,chunked$/i.test(encodings.map((value) => value.trim()).join()))
    throw new DownloadFailed(
      'invalid',
      `"${host}" sent the file compressed although that was not asked for.`,
    );
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw downloadTooLarge(host, maxBytes);
}
