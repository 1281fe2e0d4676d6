import { describe, expect, it } from '@jest/globals';
import { headersFor, isRedirect, redirectTarget } from './redirect.js';

const at = (url: string): URL => new URL(url);

describe('redirects', () => {
  it('knows the statuses that redirect', () => {
    expect([300, 301, 302, 303, 304, 305, 306, 307, 308].filter(isRedirect)).toEqual([
      301, 302, 303, 307, 308,
    ]);
  });

  it('resolves relative and scheme-relative locations', () => {
    expect(redirectTarget(at('http://a.example/x/y'), '../z?q#f').href).toBe('http://a.example/z?q');
    expect(redirectTarget(at('https://a.example/'), '//b.example/p').href).toBe('https://b.example/p');
  });

  it('goes up from http to https but never down', () => {
    expect(redirectTarget(at('http://a.example/'), 'https://a.example/').protocol).toBe('https:');
    expect(() => redirectTarget(at('https://a.example/'), 'http://a.example/')).toThrow('from https to http');
  });

  it.each(['file:///etc/passwd', 'ftp://a.example/', 'data:,x', 'http://u:p@b.example/', 'http://[::1'])(
    'refuses %s',
    (location) => {
      expect(() => redirectTarget(at('http://a.example/'), location)).toThrow(
        expect.objectContaining({ code: 'destination_refused', status: 422 }),
      );
    },
  );

  it('calls a redirect to nowhere invalid', () => {
    expect(() => redirectTarget(at('http://a.example/'), undefined)).toThrow(
      expect.objectContaining({ code: 'download_failed', reason: 'invalid' }),
    );
  });

  it.each([
    ['another host', 'https://b.example/'],
    ['another port', 'https://a.example:8443/'],
    ['another scheme', 'http://a.example/'],
  ])('keeps credentials from %s', (_what, to) => {
    const headers = {
      authorization: 'Bearer x',
      cookie: 'a=b',
      'x-api-key': 'k',
      accept: 'application/wasm',
    };
    expect(headersFor(at('https://a.example/'), at('https://a.example/2'), headers)).toEqual(headers);
    expect(headersFor(at('https://a.example/'), at(to), headers)).toEqual({ accept: 'application/wasm' });
  });
});
