import { describe, expect, it } from '@jest/globals';
import type { Parameter } from './parameter.js';
import { readParameters } from './parameters.js';

const byKey = (parameters: readonly Parameter[]): Record<string, Parameter> =>
  Object.fromEntries(parameters.map((parameter) => [parameter.key, parameter]));

describe('the order of sources', () => {
  const configSchema = { properties: { FROM_SCHEMA: { type: 'string' } } };
  const pluginParameters = { FROM_PACKAGE: { type: 'string' } };
  const elizaPlugin = { requiredSecrets: ['FROM_MANIFEST'] };
  const config = { FROM_CONFIG: 1 };

  it.each([
    [{ configSchema, pluginParameters, elizaPlugin, config }, 'schema', 'FROM_SCHEMA'],
    [{ configSchema: '{}', pluginParameters, elizaPlugin, config }, 'package', 'FROM_PACKAGE'],
    [{ configSchema: 'no JSON', pluginParameters: {}, elizaPlugin, config }, 'manifest', 'FROM_MANIFEST'],
    [{ configSchema: null, pluginParameters: 7, elizaPlugin: [], config }, 'config', 'FROM_CONFIG'],
  ])('%#', (sources, source, key) => {
    const set = readParameters(sources);
    expect(set).toMatchObject({ source, declared: source !== 'config' });
    expect(set.parameters.map((parameter) => parameter.key)).toEqual([key]);
  });

  it('takes a closed schema at its word, although it lists nothing', () => {
    const set = readParameters({ configSchema: { additionalProperties: false }, config: { A: 1 } });
    expect(set).toMatchObject({ source: 'schema', declared: true, acceptsUnknown: false, parameters: [] });
  });
});

describe('a JSON Schema', () => {
  const { parameters } = readParameters({
    config: {},
    configSchema: {
      $defs: { pin: { type: 'string', format: 'password', description: 'from afar' } },
      required: ['NAME'],
      allOf: [{ required: ['SIZE'], properties: { SIZE: { type: ['null', 'integer'], default: 5 } } }],
      oneOf: [{ required: ['LEFT'], properties: { LEFT: {} } }, { properties: { RIGHT: { const: 3 } } }],
      properties: {
        NAME: { type: 'string', title: 'The name', description: 'What it is called' },
        MODE: { enum: ['a', 'b'] },
        PICK: { oneOf: [{ const: 'x', title: 'X' }, { const: 'y' }] },
        PIN: { $ref: '#/$defs/pin' },
        WRITE: { type: 'string', writeOnly: true },
        MARKED: { type: 'string', 'x-sensitive': true },
        API_KEY: { type: 'string' },
        PUBLIC_TOKEN: { type: 'string', 'x-sensitive': false },
        USE_AUTH: { type: 'boolean' },
        SERVERS: { type: 'array', items: { properties: { host: {}, code: { $ref: '#/$defs/pin' } } } },
        MAP: { additionalProperties: { format: 'password' } },
        LOOP: { $ref: '#' },
      },
    },
  });
  const found = byKey(parameters);

  it('gives types, labels, options, defaults and what is required', () => {
    expect(found['NAME']).toEqual({
      ...{ key: 'NAME', type: 'string', label: 'The name', description: 'What it is called' },
      ...{ required: true, sensitive: false },
    });
    expect(found['SIZE']).toMatchObject({ type: 'integer', required: true, default: 5 });
    expect(found['MODE']).toMatchObject({ type: 'string', options: ['a', 'b'] });
    expect(found['PICK']).toMatchObject({ type: 'string', options: ['x', 'y'] });
    expect(found['RIGHT']).toMatchObject({ type: 'number', options: [3], required: false });
    expect(found['LEFT']).toMatchObject({ type: 'any', required: false });
    expect(found['PIN']).toMatchObject({ type: 'string', description: 'from afar' });
  });

  it('takes the type that all alternatives have, null aside', () => {
    const of = (described: object): unknown =>
      readParameters({ configSchema: { properties: { a: described } }, config: {} }).parameters[0]?.type;
    expect(of({ anyOf: [{ type: 'integer' }, { type: 'null' }] })).toBe('integer');
    expect(of({ oneOf: [{ type: 'null' }, { allOf: [{ type: 'boolean' }] }] })).toBe('boolean');
    expect(of({ type: ['null', 'number'] })).toBe('number');
    expect(of({ anyOf: [{ type: 'integer' }, { type: 'string' }] })).toBe('any');
    expect(of({ anyOf: [{ type: 'null' }] })).toBe('any');
    expect(of({ anyOf: 'no list' })).toBe('any');
  });

  it('knows the secrets, the nested ones too', () => {
    const secret = parameters.filter((parameter) => parameter.sensitive).map((parameter) => parameter.key);
    expect(secret).toEqual(['PIN', 'WRITE', 'MARKED', 'API_KEY']);
    expect(found['SERVERS']?.secretPaths).toEqual([['*', 'code']]);
    expect(found['MAP']?.secretPaths).toEqual([['*']]);
    expect(found['LOOP']?.secretPaths).toContainEqual(['LOOP', 'PIN']);
  });
});

describe('agentConfig.pluginParameters', () => {
  it('reads what real packages write', () => {
    const { parameters } = readParameters({
      config: {},
      pluginParameters: {
        OPENAI_API_KEY: { type: 'string', description: 'The key', required: true, sensitive: true },
        OPENAI_SMALL_MODEL: { type: 'string', description: 'Model', required: false, default: 'gpt-4o-mini' },
        OPENAI_EMBEDDING_DIMENSIONS: { type: 'number', default: 1536, sensitive: false },
        MODE: { type: 'string', options: ['a', { label: 'B', value: 'b' }, null, {}] },
      },
    });
    expect(parameters).toEqual([
      { key: 'OPENAI_API_KEY', type: 'string', description: 'The key', required: true, sensitive: true },
      {
        ...{ key: 'OPENAI_SMALL_MODEL', type: 'string', description: 'Model', required: false },
        ...{ sensitive: false, default: 'gpt-4o-mini' },
      },
      {
        ...{ key: 'OPENAI_EMBEDDING_DIMENSIONS', type: 'number', description: '', required: false },
        ...{ sensitive: false, default: 1536 },
      },
      {
        key: 'MODE',
        type: 'string',
        description: '',
        required: false,
        sensitive: false,
        options: ['a', 'b'],
      },
    ]);
  });

  it.each([
    ['null', null, {}],
    ['text', 'What it does', { description: 'What it does' }],
    ['a number', 5, {}],
    ['a list', [1], {}],
    [
      'odd types',
      { type: 7, description: {}, required: 'true', default: {}, options: 'x' },
      { required: true },
    ],
    ['another spelling of a type', { type: 'Boolean' }, { type: 'boolean' }],
    ['a secret type', { type: 'secret' }, { sensitive: true }],
    ['an inherited type name', { type: 'constructor' }, {}],
  ])('tolerates %s as an entry', (_what, entry, expected) => {
    const [parameter] = readParameters({ config: {}, pluginParameters: { A: entry } }).parameters;
    expect(parameter).toEqual({
      ...{ key: 'A', type: 'string', description: '', required: false, sensitive: false },
      ...expected,
    });
  });

  it('takes a list of entries', () => {
    const list = [{ key: 'A', required: true }, { name: 'B_TOKEN' }, 'C', null, {}, { key: 'A' }];
    const { parameters } = readParameters({ config: {}, pluginParameters: list });
    expect(parameters.map(({ key, sensitive }) => [key, sensitive])).toEqual([
      ['A', false],
      ['B_TOKEN', true],
      ['C', false],
    ]);
  });
});

describe('elizaos.plugin.json', () => {
  it('joins schema, hints and secrets; a hint may add secrecy, not take it', () => {
    const set = readParameters({
      config: {},
      elizaPlugin: {
        id: 'x',
        configSchema: { required: ['URL'], properties: { URL: { type: 'string' }, PIN: {}, OPEN: {} } },
        uiHints: {
          URL: { label: 'Address', help: 'Where' },
          PIN: { sensitive: true },
          KEY: { sensitive: false },
        },
        requiredSecrets: ['KEY', 5, null],
        optionalSecrets: [{ name: 'OTHER', description: 'more' }, 'URL'],
      },
    });
    expect(set).toMatchObject({ source: 'manifest', declared: true });
    const found = byKey(set.parameters);
    expect(found['URL']).toMatchObject({
      label: 'Address',
      description: 'Where',
      required: true,
      sensitive: true,
    });
    expect(found['PIN']).toMatchObject({ sensitive: true, required: false });
    expect(found['OPEN']).toMatchObject({ sensitive: false });
    expect(found['KEY']).toMatchObject({ sensitive: true, required: true });
    expect(found['OTHER']).toMatchObject({ sensitive: true, required: false, description: 'more' });
  });
});

describe('descriptions made to harm', () => {
  const keys = ['__proto__', 'constructor', 'prototype', '', 'x'.repeat(300)];
  const hostile = (value: string): unknown =>
    JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:${value}`).join(',')},"GOOD":${value}}`);

  it('passes dangerous names over', () => {
    const properties = hostile('{"type":"string"}');
    for (const sources of [{ configSchema: { properties } }, { pluginParameters: properties }])
      expect(readParameters({ ...sources, config: {} }).parameters.map(({ key }) => key)).toEqual(['GOOD']);
    const manifest = {
      configSchema: { properties },
      uiHints: hostile('{"label":"x"}'),
      requiredSecrets: keys,
    };
    expect(readParameters({ elizaPlugin: manifest, config: {} }).parameters.map(({ key }) => key)).toEqual([
      'GOOD',
    ]);
    const bare = readParameters({ config: hostile('1') as Record<string, unknown> });
    expect(bare.parameters.map(({ key }) => key)).toEqual(['x'.repeat(300), 'GOOD']);
  });

  it('stops at a thousand parameters', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`P${i}`, { type: 'string' }]));
    for (const sources of [{ configSchema: { properties: many } }, { pluginParameters: many }])
      expect(readParameters({ ...sources, config: {} }).parameters).toHaveLength(1000);
  });

  it.each([
    { $ref: '#', properties: { A: { $ref: '#' } } },
    { properties: { A: { $ref: '#/properties/A' } } },
    { properties: { A: { items: { $ref: '#/properties/A' }, format: 'password' } } },
    { properties: { A: true, B: null, C: 7, D: [] }, required: 'A', allOf: {}, anyOf: [null, 1] },
    { properties: { A: { $ref: '#/%E0%A4%A' }, B: { $ref: '#/__proto__/x' }, C: { $ref: 5 } } },
  ])('reads odd schema %# to its end', (configSchema) => {
    expect(readParameters({ configSchema, config: {} }).parameters[0]?.key).toBe('A');
  });

  it('treats what lies too deep to be searched as secret', () => {
    const tree = { properties: { pin: { format: 'password' }, below: { $ref: '#/$defs/tree' } } };
    const { parameters } = readParameters({
      config: {},
      configSchema: { $defs: { tree }, properties: { TREE: { $ref: '#/$defs/tree' } } },
    });
    const paths = parameters[0]?.secretPaths ?? [];
    expect(paths).toContainEqual(['pin']);
    expect(paths).toContainEqual(Array<string>(8).fill('below'));
  });
});
