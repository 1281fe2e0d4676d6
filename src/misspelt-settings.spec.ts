import { describe, expect, it } from '@jest/globals';
import { misspeltSettings } from './misspelt-settings.js';

describe('misspeltSettings', () => {
  it.each([
    ['JWT_SECRT', 'JWT_SECRET'],
    ['JWT_JWSK_URL', 'JWT_JWKS_URL'],
    ['PLUGIN_ROOT', 'PLUGIN_ROOTS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['data_dir', 'DATA_DIR'],
    ['PROT', 'PORT'],
  ])('finds %s', (name, meant) => {
    expect(misspeltSettings([name])).toEqual([
      `The environment has ${name}, which is no setting: did you mean ${meant}?`,
    ]);
  });

  it('says nothing of settings, of other programs, and of what is set by its right name too', () => {
    const others = [
      'PATH',
      'HOME',
      'HOSTNAME',
      'USER',
      'SHELL',
      'TERM',
      'NODE_PATH',
      'NODE_OPTIONS',
      'POD_NAME',
    ];
    const more = [
      'LANG',
      'PWD',
      'LOGNAME',
      'JWT',
      'DATABASE_HOST',
      'npm_config_registry',
      'KUBERNETES_PORT',
      'TZ',
    ];
    expect(misspeltSettings([...others, ...more, 'PORT', 'DATA_DIR'])).toEqual([]);
    expect(misspeltSettings(['LOGLEVEL', 'LOG_LEVEL'])).toEqual([]);
  });
});
