import { describe, expect, it } from '@jest/globals';
import { checkParameters } from './parameter-check.js';
import { readParameters } from './parameters.js';

const set = readParameters({
  config: {},
  pluginParameters: {
    KEY: { type: 'string', required: true, sensitive: true },
    MODE: { type: 'string', options: ['fast', 'slow'] },
    LEVEL: { type: 'number', options: [1, 2] },
    RATE: { type: 'number' },
    COUNT: { type: 'integer' },
    FLAG: { type: 'boolean' },
    CHOICE: { type: 'string', options: ['s3cret'], sensitive: true },
    PRESET: { type: 'string', required: true, default: 'x' },
  },
});
const rest = { KEY: 'k', PRESET: 'x' };

describe('checkParameters', () => {
  it.each([
    { RATE: 5 },
    { RATE: '5' },
    { RATE: ' -0.5e3 ' },
    { COUNT: '7' },
    { FLAG: true },
    { FLAG: 'False' },
    { MODE: 'slow' },
    { LEVEL: '2' },
    { LEVEL: 1 },
    { UNLISTED: {} },
  ])('accepts %j', (config) => {
    expect(checkParameters({ ...rest, ...config }, set)).toEqual({ missing: [], problems: [] });
  });

  it.each([
    [{ KEY: 5 }, 'config.KEY', 'must be text in quotes'],
    [{ KEY: ['k'] }, 'config.KEY', 'must be text in quotes'],
    [{ RATE: 'fast' }, 'config.RATE', 'must be a number'],
    [{ RATE: '0x10' }, 'config.RATE', 'must be a number'],
    [{ RATE: true }, 'config.RATE', 'must be a number'],
    [{ COUNT: 1.5 }, 'config.COUNT', 'must be a whole number'],
    [{ COUNT: '1.5' }, 'config.COUNT', 'must be a whole number'],
    [{ FLAG: 'yes' }, 'config.FLAG', 'must be true or false'],
    [{ FLAG: 1 }, 'config.FLAG', 'must be true or false'],
    [{ MODE: 'odd' }, 'config.MODE', 'must be one of "fast", "slow"'],
    [{ CHOICE: 'odd' }, 'config.CHOICE', 'must be one of the values that the plugin allows'],
  ])('refuses %j', (config, field, message) => {
    expect(checkParameters({ ...rest, ...config }, set).problems).toEqual([{ field, message }]);
  });

  it('tells what is missing, which is no mistake', () => {
    const missing = [{ field: 'config.KEY', message: 'is required and not set' }];
    for (const config of [{ PRESET: 'x' }, { PRESET: 'x', KEY: '' }, { PRESET: 'x', KEY: null }])
      expect(checkParameters(config, set)).toEqual({ missing, problems: [] });
  });

  it('asks nothing of bare keys', () => {
    const config = { A: 1 };
    expect(checkParameters({ A: [] }, readParameters({ config }))).toEqual({ missing: [], problems: [] });
  });
});
