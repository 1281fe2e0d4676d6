import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { ClientAddresses } from './client-addresses.js';

function from(remoteAddress: string, forwarded?: string): Request {
  return { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as Request;
}

describe('the address of a client', () => {
  const behindProxies = new ClientAddresses(['10.0.0.0/8', 'fd00::/8']);

  const noProxies = new ClientAddresses([]);

  it.each([
    ['without proxies the header means nothing', noProxies, from('10.1.1.1', '1.2.3.4'), '10.1.1.1'],
    ['from someone else it means nothing', behindProxies, from('192.0.2.1', '1.2.3.4'), '192.0.2.1'],
    ['from a proxy it names the client', behindProxies, from('10.1.1.1', '1.2.3.4'), '1.2.3.4'],
    ['a proxy behind it is passed over', behindProxies, from('10.1.1.1', '1.2.3.4, 10.2.2.2'), '1.2.3.4'],
    ['what is made up is not reached', behindProxies, from('10.1.1.1', '9.9.9.9, 1.2.3.4'), '1.2.3.4'],
    ['words are no address', behindProxies, from('10.1.1.1', '1.2.3.4, unknown'), '10.1.1.1'],
    ['without the header it is the proxy', behindProxies, from('10.1.1.1'), '10.1.1.1'],
    ['IPv4 in IPv6 is IPv4', behindProxies, from('::ffff:10.1.1.1', '::ffff:1.2.3.4'), '1.2.3.4'],
    [
      'an IPv6 network is one client',
      behindProxies,
      from('fd00::1', '2001:db8:1:2:3::4'),
      '2001:db8:1:2::/64',
    ],
    ['with its zone too', behindProxies, from('fe80::1%eth0'), 'fe80:0:0:0::/64'],
  ])('%s', (_, addresses, request, client) => {
    expect(addresses.of(request)).toBe(client);
  });

  it.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1'])(
    'takes no %s for a proxy',
    (entry) => {
      expect(() => new ClientAddresses([entry])).toThrow(/TRUSTED_PROXIES/);
    },
  );
});
