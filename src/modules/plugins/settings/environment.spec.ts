import { describe, expect, it } from '@jest/globals';
import { effectiveConfig, environmentOf } from './environment.js';
import { readParameters } from './parameters.js';

describe('environmentOf', () => {
  it('turns values into text', () => {
    const config = { A: 'x', B: 5, C: false, D: { a: [1] }, E: [], F: null, G: '', _h1: 'y' };
    expect(environmentOf(config)).toEqual({ A: 'x', B: '5', C: 'false', D: '{"a":[1]}', E: '[]', _h1: 'y' });
  });

  it.each([
    ...[
      'NODE_OPTIONS',
      'NODE_PATH',
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'node_options',
      'LD_PRELOAD',
      'DYLD_INSERT_LIBRARIES',
    ],
    ...[
      'PATH',
      'Path',
      'HOME',
      'SHELL',
      'TMPDIR',
      'BASH_ENV',
      'OPENSSL_CONF',
      'SSL_CERT_FILE',
      'npm_config_registry',
    ],
    ...['a-b', '1A', 'A B', 'A=B', '', 'É', '__proto__', 'A\n'],
  ])('never sets %j', (key) => {
    expect(environmentOf(JSON.parse(`{${JSON.stringify(key)}:"x"}`) as Record<string, unknown>)).toEqual({});
  });

  it('leaves out what no variable can hold', () => {
    expect(environmentOf({ A: 'x\0y', B: 'ok' })).toEqual({ B: 'ok' });
  });
});

describe('effectiveConfig', () => {
  it('puts what is stored over the defaults, and shares nothing with them', () => {
    const set = readParameters({
      config: {},
      configSchema: {
        properties: { A: { default: 1 }, B: { default: { x: [] } }, C: { default: 'c' }, D: {} },
      },
    });
    const effective = effectiveConfig({ A: 2, C: '', E: 'extra' }, set);
    expect(effective).toEqual({ A: 2, B: { x: [] }, C: 'c', E: 'extra' });
    expect(effective['B']).not.toBe(set.parameters[1]?.default);
  });
});
