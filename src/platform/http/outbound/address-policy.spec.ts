import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../config.js';
import { AddressPolicy, canonicalAddress } from './address-policy.js';

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:82a::200e',
  '2001:4860:4860::8888',
];

const FORBIDDEN = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
  ['shared (CGNAT)', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
  ['link-local and cloud metadata', '169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  ['protocol assignments', '192.0.0.1', '192.0.0.170', '2001::1', '2001:1::1', '2001:1ff::1'],
  ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1', '3fff:fff::1'],
  ['benchmarking', '198.18.0.1', '198.19.255.255', '2001:2::1'],
  ['6to4 relay', '192.88.99.1'],
  ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  ['reserved', '240.0.0.1', '255.255.255.254', '255.255.255.255'],
  ['unspecified', '::'],
  ['unique-local', 'fc00::1', 'fd00:ec2::254', 'fdff::1'],
  ['site-local', 'fec0::1', 'feff::1'],
  ['discard-only', '100::1'],
  ['mapped', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:8.8.8.8'],
  ['compatible', '::127.0.0.1', '::10.0.0.1', '::8.8.8.8'],
  ['translated', '::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8'],
  ['NAT64', '64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b::8.8.8.8', '64:ff9b:1::1', '64:ff9b:1:ffff::1'],
  ['6to4', '2002:7f00:1::', '2002:a00:1::1', '2002:808:808::1'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['ORCHID', '2001:10::1', '2001:20::1'],
  ['segment routing', '5f00::1'],
  ['never assigned as unicast', '4000::1', '8000::1', 'e000::1', '200::1'],
  ['no address', '', 'localhost', '127.1', '2130706433', '0x7f.0.0.1', '010.0.0.1', '8.8.8', '1.1.1.1.'],
] as const;

describe('address policy', () => {
  const strict = new AddressPolicy([]);

  it.each(PUBLIC)('permits %s', (address) => {
    expect(strict.permits(address)).toBe(true);
  });

  it.each(FORBIDDEN)('refuses what is %s', (_kind, ...addresses) => {
    expect(addresses.filter((address) => strict.permits(address))).toEqual([]);
  });

  it('permits a listed address and not its neighbour', () => {
    const policy = new AddressPolicy(['127.0.0.1', '[::1]', 'fd00::5']);
    expect(policy.permits('127.0.0.1')).toBe(true);
    expect(policy.permits('127.0.0.2')).toBe(false);
    expect(policy.permits('::1')).toBe(true);
    expect(policy.permits('fd00::5')).toBe(true);
    expect(policy.permits('fd00::6')).toBe(false);
  });

  it('permits a listed block up to its edges, even when written with host bits', () => {
    const policy = new AddressPolicy(['10.1.2.3/16', 'fd00::/8']);
    expect(policy.permits('10.1.255.255')).toBe(true);
    expect(policy.permits('10.2.0.0')).toBe(false);
    expect(policy.permits('fdab::1')).toBe(true);
    expect(policy.permits('fe80::1')).toBe(false);
  });

  it('does not take an IPv4 block for an IPv6 one, or the other way round', () => {
    expect(new AddressPolicy(['0.0.0.0/0']).permits('fd00::1')).toBe(false);
    expect(new AddressPolicy(['::/0']).permits('10.0.0.1')).toBe(false);
  });

  it('treats a mapped address as the listed IPv4 address it is', () => {
    const policy = new AddressPolicy(['127.0.0.1']);
    expect(policy.permits('::ffff:127.0.0.1')).toBe(true);
    expect(policy.permits('::ffff:127.0.0.2')).toBe(false);
  });

  it.each([
    ['64:ff9b::/96', '64:ff9b::808:808', '64:ff9b::a00:1'],
    ['2002::/16', '2002:808:808::1', '2002:a00:1::1'],
    ['::ffff:0:0/96', '::ffff:8.8.8.8', '::ffff:10.0.0.1'],
  ])('opens %s only as far as the IPv4 address inside is permitted', (block, open, shut) => {
    const policy = new AddressPolicy([block]);
    expect(policy.permits(open)).toBe(true);
    expect(policy.permits(shut)).toBe(false);
    expect(new AddressPolicy([block, '10.0.0.0/8']).permits(shut)).toBe(true);
  });

  it('knows listed hosts as a URL spells them', () => {
    const policy = new AddressPolicy(['Registry.Internal', 'bücher.example', 'dotted.example.']);
    expect(policy.listsHost('registry.internal')).toBe(true);
    expect(policy.listsHost('xn--bcher-kva.example')).toBe(true);
    expect(policy.listsHost('dotted.example')).toBe(true);
    expect(policy.listsHost('evil.registry.internal')).toBe(false);
  });

  it.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'host:80',
    'http://host',
    'a b',
    '*.x',
    '127.1',
  ])('refuses the entry %s', (entry) => {
    expect(() => new AddressPolicy([entry])).toThrow(ConfigError);
  });

  it('spells equal addresses equally', () => {
    expect(canonicalAddress('::ffff:127.0.0.1')).toBe(canonicalAddress('127.0.0.1'));
    expect(canonicalAddress('2001:DB8:0:0::1')).toBe(canonicalAddress('2001:db8::1'));
    expect(canonicalAddress('127.0.0.1')).not.toBe(canonicalAddress('127.0.0.2'));
  });
});
