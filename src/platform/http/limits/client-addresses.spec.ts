import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { ClientAddresses } from './client-addresses.js';

function from(remoteAddress: string, forwarded?: string): Request {
  return { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as Request;
}

describe('the address of a client', () => {
  const behindProxies = new ClientAddresses(['10.0.0.0/8', 'fd00::/8']);

  it.each([
    ['without proxies the header means nothing', new ClientAddresses([]), '10.1.1.1', '1.2.3.4', '10.1.1.1'],
    ['from someone else it means nothing', behindProxies, '192.0.2.1', '1.2.3.4', '192.0.2.1'],
    ['from a proxy it names the client', behindProxies, '10.1.1.1', '1.2.3.4', '1.2.3.4'],
    ['a proxy behind a proxy is passed over', behindProxies, '10.1.1.1', '1.2.3.4, 10.2.2.2', '1.2.3.4'],
    ['what the client made up is not reached', behindProxies, '10.1.1.1', '9.9.9.9, 1.2.3.4', '1.2.3.4'],
    ['words are no address', behindProxies, '10.1.1.1', '1.2.3.4, unknown', '10.1.1.1'],
    ['without the header it is the proxy', behindProxies, '10.1.1.1', undefined, '10.1.1.1'],
    ['IPv4 in IPv6 is IPv4', behindProxies, '::ffff:10.1.1.1', '::ffff:1.2.3.4', '1.2.3.4'],
    ['a network of IPv6 is one client', behindProxies, 'fd00::1', '2001:db8:1:2:3::4', '2001:db8:1:2::/64'],
    ['with its zone too', behindProxies, 'fe80::1%eth0', undefined, 'fe80:0:0:0::/64'],
  ])('%s', (_, addresses, near, forwarded, client) => {
    expect(addresses.of(from(near, forwarded))).toBe(client);
  });

  it.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1'])(
    'takes no %s for a proxy',
    (entry) => {
      expect(() => new ClientAddresses([entry])).toThrow(/TRUSTED_PROXIES/);
    },
  );
});
