import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SecretBox } from '../../../platform/secrets/secret-box.js';
import type { JsonObject } from './json.js';
import { readParameters } from './parameters.js';
import { openConfig, rotateConfig, sealConfig } from './sealed-config.js';

const key = randomBytes(32);
const box = new SecretBox([key]);
const seal = (config: JsonObject, id = 'twitter'): JsonObject =>
  sealConfig(box, id, config, readParameters({ config }));

describe('a config in the database', () => {
  const config = {
    API_KEY: 's3cret-1',
    model: 'gpt',
    nested: { list: [{ password: 's3cret-2', host: 'h' }] },
    store: 'redis://u:s3cret-3@h',
    flag: true,
    none: null,
  };

  it('has its secrets sealed, all else readable, and opens again', () => {
    const stored = seal(config);
    expect(JSON.stringify(stored)).not.toContain('s3cret');
    expect(stored).toMatchObject({ model: 'gpt', flag: true, none: null });
    for (const name of ['API_KEY', 'nested', 'store'])
      expect(Object.keys(stored[name] as object)).toEqual(['$sealed']);
    expect(openConfig(box, 'twitter', stored)).toEqual(config);
  });

  it.each([
    [{ a: { $sealed: 'v1.0123456789abcdef.AAAA' } }],
    [{ a: { $sealed: 5 } }],
    [{ a: { $sealed: 'x', more: 1 } }],
    [{ $sealed: 'top' }],
    [{ a: [{ $sealed: 'x' }] }],
    [JSON.parse('{"a":{"__proto__":{"x":1}}}') as JsonObject],
  ])('gives %j back as it was', (odd) => {
    expect(JSON.stringify(openConfig(box, 'twitter', seal(odd)))).toBe(JSON.stringify(odd));
  });

  it('does not open when an envelope moved to another plugin or key', () => {
    const stored = seal(config);
    expect(() => openConfig(box, 'discord', stored)).toThrow(/moved/);
    expect(() => openConfig(box, 'twitter', { ...stored, OTHER: stored['API_KEY'] })).toThrow(/moved/);
    const slashed = seal({ 'b/token': 's' }, 'a');
    expect(() => openConfig(box, 'a/b', { token: slashed['b/token'] })).toThrow(/moved/);
  });

  it('is sealed again with the first key, once', () => {
    const newer = new SecretBox([randomBytes(32), key]);
    const stored = seal(config);
    expect(rotateConfig(box, 'twitter', stored)).toBeNull();
    const rotated = rotateConfig(newer, 'twitter', stored);
    expect(rotated).not.toBeNull();
    expect(openConfig(newer, 'twitter', rotated ?? {})).toEqual(config);
    expect(rotateConfig(newer, 'twitter', rotated ?? {})).toBeNull();
    expect(() => openConfig(box, 'twitter', rotated ?? {})).toThrow(/SECRETS_KEY/);
  });
});
