import { request } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Config } from '../../../config.js';
import { established } from './connection.js';
import type { Deadline } from './deadline.js';
import { DownloadFailed } from './download.errors.js';

export type ProxySettings = Partial<Pick<Config, 'HTTP_PROXY' | 'HTTPS_PROXY' | 'NO_PROXY'>>;

/** The proxy that the settings name for an address; null where it is reached directly. */
export function proxyFor(url: URL, { HTTP_PROXY, HTTPS_PROXY, NO_PROXY = [] }: ProxySettings): URL | null {
  const proxy = url.protocol === 'https:' ? HTTPS_PROXY : HTTP_PROXY;
  return !proxy || NO_PROXY.some((entry) => isListed(url, entry)) ? null : new URL(proxy);
}

function isListed({ hostname, port, protocol }: URL, entry: string): boolean {
  if (entry === '*') return true;
  const [, host = '', only] = /^\*?\.?(\[.*\]|.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (only !== undefined && only !== (port || (protocol === 'https:' ? '443' : '80'))) return false;
  const bare = (name: string): string => name.replace(/^\[(.*)\]$/, '$1');
  return bare(hostname) === bare(host) || hostname.endsWith(`.${host}`);
}

/** Opens a connection to a proxy itself. It is the operator's own, so it may be private. @throws Node's error */
export async function connectToProxy(proxy: URL, deadline: Deadline): Promise<Socket> {
  const isSecure = proxy.protocol === 'https:';
  const address = {
    host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(proxy.port) || (isSecure ? 443 : 80),
  };
  const socket = isSecure ? connectTls({ ...address, rejectUnauthorized: true }) : connectTcp(address);
  await established(socket, isSecure ? 'secureConnect' : 'connect', deadline);
  return socket;
}

/**
 * Has a proxy connect to a host, for TLS with that host.
 * @throws DownloadFailed where the proxy refuses, the deadline's reason, or Node's error
 */
export async function openTunnel(proxy: URL, target: URL, deadline: Deadline): Promise<Socket> {
  const socket = await connectToProxy(proxy, deadline);
  const host = `${target.hostname}:${target.port || '443'}`;
  const outgoing = request({
    createConnection: () => socket,
    method: 'CONNECT',
    path: host,
    headers: { host, ...proxyCredentials(proxy) },
  });
  const answered = new Promise<number>((resolve, reject) => {
    outgoing.once('connect', ({ statusCode }) => resolve(statusCode ?? 0));
    outgoing.once('response', ({ statusCode }) => resolve(statusCode ?? 0));
    outgoing.once('error', reject);
    outgoing.once('close', () => reject(new Error('closed without an answer')));
  });
  outgoing.end();
  try {
    const status = await deadline.race(answered);
    if (status >= 200 && status < 300) return socket;
    throw new DownloadFailed('try_later', `The proxy ${proxy.host} answered ${status} for "${host}".`);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The header with the user and password of a proxy's address, where it has them. */
export function proxyCredentials({ username, password }: URL): { 'proxy-authorization'?: string } {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
