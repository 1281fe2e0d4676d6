import { describe, expect, it } from '@jest/globals';
import { isChecked, parseDestinationUrl } from './destination.js';

describe('destination', () => {
  it.each([
    ['http://0x7f.1/', '127.0.0.1'],
    ['http://017700000001/', '127.0.0.1'],
    ['http://①②⑦.0.0.1/', '127.0.0.1'],
    ['http://EXAMPLE.org./a', 'example.org'],
    ['http://bücher.example/', 'xn--bcher-kva.example'],
    ['http://[::FFFF:127.0.0.1]/', '[::ffff:7f00:1]'],
  ])('reads the host of %s as %s', (url, hostname) => {
    expect(parseDestinationUrl(url).hostname).toBe(hostname);
  });

  it('knows a connected peer only by an address that was checked', () => {
    const destination = {
      hostname: 'a.example',
      port: 80,
      tls: false,
      addresses: ['1.2.3.4', '2001:db8::1'],
    };
    expect(isChecked(destination, '1.2.3.4')).toBe(true);
    expect(isChecked(destination, '::ffff:1.2.3.4')).toBe(true);
    expect(isChecked(destination, '2001:DB8:0::1')).toBe(true);
    expect(isChecked(destination, '1.2.3.5')).toBe(false);
    expect(isChecked(destination, undefined)).toBe(false);
  });
});
