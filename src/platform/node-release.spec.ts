import { describe, expect, it } from '@jest/globals';
import { nodeReleaseWarning } from './node-release.js';

const NOW = new Date('2026-11-28T12:00:00Z');

describe('the warning about the release of Node', () => {
  it.each(['22.23.5', '24.22.3', '26.12.1'])('is not given on %s', (version) => {
    expect(nodeReleaseWarning(version, NOW)).toBeNull();
  });

  it.each([
    ['20.20.2', /^Node 20 has had no security fixes since 2026-04-30: .* Run Node 24\.$/],
    ['25.9.0', /^Node 25 has had no security fixes since 2026-06-01/],
    ['18.20.0', /^Node 18 has had no security fixes: /],
    ['27.0.0', /^Node 27 is newer than what Plugboard was tested on/],
  ])('is given on %s', (version, expected) => {
    expect(nodeReleaseWarning(version, NOW)).toMatch(expected);
  });

  it('is not given on the last day of support, but on the day after', () => {
    expect(nodeReleaseWarning('22.23.5', new Date('2027-04-30T23:59:59Z'))).toBeNull();
    expect(nodeReleaseWarning('22.23.5', new Date('2027-05-01T00:00:00Z'))).not.toBeNull();
  });
});
