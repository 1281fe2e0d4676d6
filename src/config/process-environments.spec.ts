import { describe, expect, it } from '@jest/globals';
import { guestEnvironment, packageManagerEnvironment } from './process-environments.js';

describe('the environment of plugins', () => {
  it.each([
    ['http://proxy.internal:8080', 'http://proxy.internal:8080'],
    ['http://ada:s3cret@proxy.internal:8080', 'http://proxy.internal:8080'],
    ['http://ada@proxy.internal:8080/', 'http://proxy.internal:8080/'],
    ['socks5h://ada:s3cr@t/x,y?z#w@proxy.internal', 'socks5h://proxy.internal'],
    ['ada:s3cret@proxy.internal:8080', 'proxy.internal:8080'],
    ['http:\\\\ada:s3cret@proxy.internal', 'proxy.internal'],
    ['http://proxy.internal?token=s3cret', 'http://proxy.internal'],
    ['http://[::1]:3128', 'http://[::1]:3128'],
  ])('has a proxy %s without credentials', (given, passed) => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'NO_PROXY', 'no_proxy'])
      expect(guestEnvironment({ [name]: given })).toMatchObject({ [name]: passed });
  });

  it('has other variables as they are, but no address with a password', () => {
    const env = {
      LANG: 'de_DE@euro',
      NO_PROXY: '10.0.0.0/8,.corp,localhost',
      SSL_CERT_FILE: 'https://ada:s3cret@certificates.internal/ca.pem',
      npm_config_registry: 'https://ada:s3cret@npm.internal/',
      ALL_PROXY: 'http://ada:s3cret@proxy.internal',
    };
    expect(guestEnvironment(env)).toEqual({
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: env.LANG,
      NO_PROXY: env.NO_PROXY,
      SSL_CERT_FILE: 'https://certificates.internal/ca.pem',
    });
  });
});

it('leaves the package manager, which runs no code of packages, what it reaches the registry with', () => {
  const env = { HTTPS_PROXY: 'http://ada:s3cret@proxy.internal' };
  // npm's settings are read here, and given to it as they were read.
  const ours = { JWT_SECRET: 'x', npm_config_registry: 'https://a:b@npm.internal/' };
  expect(packageManagerEnvironment({ ...env, ...ours })).toEqual({
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...env,
  });
});
