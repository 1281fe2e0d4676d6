import { BlockList, isIP } from 'node:net';
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { ConfigError } from '../../../config.js';

const MAPPED = /^::ffff:(?=\d+\.)/i;
/** Proxies behind one another; what stands further left in the header anyone can have written. */
const MAX_HOPS = 16;

/** Tells where requests come from: the address connected from, or behind the operator's proxies theirs. */
export class ClientAddresses {
  private readonly proxies = new BlockList();
  private readonly direct: boolean;

  /**
   * @param proxies addresses and CIDRs (`TRUSTED_PROXIES`) whose `X-Forwarded-For` is believed
   * @throws ConfigError when an entry is neither
   */
  constructor(proxies: readonly string[]) {
    this.direct = proxies.length === 0;
    for (const entry of proxies) this.trust(entry);
  }

  /** One text for one client: an IPv4 address, or the 64 bits of IPv6 that a client is given as a whole. */
  of(request: Request): string {
    const near = plain(request.socket.remoteAddress ?? '');
    return network(this.direct || !this.isProxy(near) ? near : this.behind(near, request));
  }

  /** The first address, from the right, that is no proxy of ours. */
  private behind(near: string, request: Request): string {
    const header = request.headers['x-forwarded-for'];
    const hops = (typeof header === 'string' ? header : '').split(',').slice(-MAX_HOPS).reverse();
    let client = near;
    for (const hop of hops) {
      const address = plain(hop.trim());
      if (isIP(address) === 0) break;
      client = address;
      if (!this.isProxy(address)) break;
    }
    return client;
  }

  private isProxy(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  private trust(entry: string): void {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIP(address);
    const width = family === 6 ? 128 : 32;
    const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
    if (family === 0 || rest.length > 0 || length > width)
      throw new ConfigError(`TRUSTED_PROXIES must list addresses or CIDRs, not "${entry}"`);
    this.proxies.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  }
}

function plain(address: string): string {
  return address.replace(MAPPED, '');
}

function network(address: string): string {
  if (isIP(address) !== 6) return address;
  const { parts } = ipaddr.IPv6.parse(address.replace(/%.*$/, ''));
  return `${parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
