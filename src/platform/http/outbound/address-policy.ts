import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ConfigError } from '../../../config.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

/** The only IPv6 block handed out for global unicast (RFC 4291, IANA); `range()` alone lets `::/96` through. */
const GLOBAL_UNICAST_V6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/** IPv6 forms that carry an IPv4 destination, and the byte it starts at. */
const CARRIERS_OF_V4: { block: [ipaddr.IPv6, number]; at: number }[] = [
  { block: ipaddr.IPv6.parseCIDR('::ffff:0:0/96'), at: 12 }, // mapped, RFC 4291
  { block: ipaddr.IPv6.parseCIDR('::/96'), at: 12 }, // compatible, RFC 4291
  { block: ipaddr.IPv6.parseCIDR('::ffff:0:0:0/96'), at: 12 }, // translated, RFC 2765
  { block: ipaddr.IPv6.parseCIDR('64:ff9b::/96'), at: 12 }, // NAT64, RFC 6052
  { block: ipaddr.IPv6.parseCIDR('2002::/16'), at: 2 }, // 6to4, RFC 3056
];

/**
 * Decides which addresses outbound connections may reach: globally reachable unicast, and what the operator
 * listed; an address that cannot be read is never permitted.
 */
export class AddressPolicy {
  private readonly hosts = new Set<string>();
  private readonly blocks: Cidr[] = [];

  /**
   * @param allow host names, addresses and CIDRs (`OUTBOUND_ALLOW`); a name stands for whatever it resolves to
   * @throws ConfigError when an entry is none of the three
   */
  constructor(allow: readonly string[]) {
    for (const entry of allow) {
      const block = parseBlock(entry);
      if (block) this.blocks.push(block);
      else this.hosts.add(parseHost(entry));
    }
  }

  /** Whether the operator listed this very host name, written as a URL writes it and without a final dot. */
  listsHost(hostname: string): boolean {
    return this.hosts.has(hostname);
  }

  /**
   * Whether a connection to this address is permitted. An IPv6 address that carries an IPv4 one is refused
   * unless listed, and even then only when the IPv4 address inside is itself permitted: listing the NAT64
   * block must not open the private network behind the translator.
   */
  permits(text: string): boolean {
    const address = parseAddress(text);
    if (!address) return false;
    const carried = carriedV4(address);
    if (!carried) return isGlobalUnicast(address) || this.lists(address);
    if (isMapped(address) && this.lists(carried)) return true;
    return this.lists(address) && this.permits(carried.toString());
  }

  private lists(address: Address): boolean {
    return this.blocks.some((block) => isInside(address, block));
  }
}

/**
 * One spelling for every way of writing an address, so that two can be compared. IPv4-mapped IPv6 becomes IPv4,
 * as the kernel treats it. Anything that is not an address comes back as it is.
 */
export function canonicalAddress(text: string): string {
  const address = parseAddress(text);
  return address ? ipaddr.process(address.toString()).toString() : text;
}

/** `isIP` first: ipaddr.js also reads octal, hex and short IPv4 forms, which a resolver never answers. */
function parseAddress(text: string): Address | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.parse(text);
}

function isGlobalUnicast(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST_V6);
}

function carriedV4(address: Address): ipaddr.IPv4 | undefined {
  if (address instanceof ipaddr.IPv4) return undefined;
  if (['loopback', 'unspecified'].includes(address.range())) return undefined;
  const carrier = CARRIERS_OF_V4.find(({ block }) => address.match(block));
  return carrier && new ipaddr.IPv4(address.toByteArray().slice(carrier.at, carrier.at + 4));
}

function isMapped(address: Address): boolean {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
}

function isInside(address: Address, [base, bits]: Cidr): boolean {
  if (address instanceof ipaddr.IPv4) return base instanceof ipaddr.IPv4 && address.match(base, bits);
  return base instanceof ipaddr.IPv6 && address.match(base, bits);
}

function parseBlock(entry: string): Cidr | undefined {
  const [base = '', bits, ...rest] = entry.replace(/^\[(.*)\]$/, '$1').split('/');
  const address = parseAddress(base);
  if (!address || rest.length > 0) return undefined;
  const width = address instanceof ipaddr.IPv4 ? 32 : 128;
  if (bits === undefined) return [address, width];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= width ? [address, Number(bits)] : undefined;
}

function parseHost(entry: string): string {
  const url = `http://${entry}/`;
  const hostname = URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : '';
  if (hostname === '' || isIP(hostname) !== 0 || /[/:?#@\\%[\]*]/.test(entry))
    throw new ConfigError(
      `OUTBOUND_ALLOW must list host names (without port), addresses or CIDRs, not "${entry}"`,
    );
  return hostname;
}
