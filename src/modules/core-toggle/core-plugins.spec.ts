import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../config.js';
import { parseCorePlugins, readCorePlugins } from './core-plugins.js';

const ONE = { name: 'sql', npmName: '@acme/sql', required: true };
const problem = (list: unknown): string => {
  try {
    parseCorePlugins(JSON.stringify(list));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  return '';
};

describe('the list of core plugins', () => {
  it('has the documented names without a file', async () => {
    const plugins = await readCorePlugins('');
    const named = (wanted: boolean): string[] =>
      plugins.filter(({ required }) => required === wanted).map(({ name }) => name);
    expect(named(true)).toEqual(['bootstrap', 'knowledge', 'sql']);
    expect(named(false)).toEqual(['secrets-manager']);
    expect(plugins.map(({ npmName }) => npmName)).toContain('@elizaos/plugin-secrets-manager');
  });

  it('is what the file says, and nothing besides', () => {
    expect(parseCorePlugins(JSON.stringify([{ ...ONE, note: 'kept out' }]))).toEqual([ONE]);
    expect(parseCorePlugins('[]')).toEqual([]);
  });

  it('names the file that cannot be read', async () => {
    await expect(readCorePlugins('/nowhere/core.json')).rejects.toThrow(
      'CORE_PLUGINS_FILE: /nowhere/core.json cannot be read (ENOENT)',
    );
  });

  it('refuses what is no JSON list', () => {
    expect(() => parseCorePlugins('{')).toThrow(/^CORE_PLUGINS_FILE is not valid JSON/);
    expect(problem({ plugins: [ONE] })).toMatch(/must hold a list/);
    expect(problem([ONE, 'sql'])).toMatch(/^CORE_PLUGINS_FILE: \[1\] must be an object/);
  });

  it('tells every problem of every item', () => {
    const lines = problem([
      { ...ONE, required: 'yes' },
      { name: '../x', npmName: 'Not A Package' },
    ]).split('\n');
    expect(lines.map((line) => line.replace(/ must .*/, ''))).toEqual([
      'CORE_PLUGINS_FILE: [0] required',
      'CORE_PLUGINS_FILE: [1] name',
      'CORE_PLUGINS_FILE: [1] npmName',
      'CORE_PLUGINS_FILE: [1] required',
    ]);
  });

  it('refuses twins', () => {
    expect(problem([ONE, { ...ONE, npmName: '@acme/other' }])).toBe('CORE_PLUGINS_FILE lists "sql" twice');
    expect(problem([ONE, { ...ONE, name: 'other' }])).toBe('CORE_PLUGINS_FILE lists "@acme/sql" twice');
  });
});
