import { describe, expect, it } from '@jest/globals';
import { type AgentState, digestOf, parsePlugins } from './agent-state.js';

const STATE: AgentState = {
  name: 'a',
  endpoint: null,
  uri: null,
  version: '1',
  heartbeatInterval: 1000,
  plugins: [{ name: 'p', version: '1', digest: 'd' }],
};

describe('the state of an agent', () => {
  it('has one digest, however the plugins were ordered', () => {
    const [one, two] = [{ name: 'p', version: '1' }, { name: 'q' }];
    const digest = (plugins: unknown): string => digestOf({ ...STATE, plugins: parsePlugins(plugins) });
    expect(digest([one, two])).toBe(digest([two, one]));
  });

  it.each<[string, Partial<AgentState>]>([
    ['name', { name: 'b' }],
    ['endpoint', { endpoint: 'https://x.example' }],
    ['uri', { uri: 'https://x.example' }],
    ['version', { version: '2' }],
    ['interval', { heartbeatInterval: 2000 }],
    ['version of a plugin', { plugins: [{ name: 'p', version: '2', digest: 'd' }] }],
    ['digest of a plugin', { plugins: [{ name: 'p', version: '1', digest: null }] }],
    ['plugins', { plugins: [] }],
  ])('has another digest with another %s', (_, change) => {
    expect(digestOf({ ...STATE, ...change })).not.toBe(digestOf(STATE));
  });

  it('does not take what two fields hold for one another', () => {
    const at = (endpoint: string | null, uri: string | null): string => digestOf({ ...STATE, endpoint, uri });
    expect(at('x', null)).not.toBe(at(null, 'x'));
  });

  it('takes no list for none, and refuses what it does not know', () => {
    expect(parsePlugins(undefined)).toEqual([]);
    expect(parsePlugins([{ name: 'p', version: null }])).toEqual([
      { name: 'p', version: null, digest: null },
    ]);
    expect(() => parsePlugins([{ name: 'p', verison: '1' }])).toThrow('plugins.0.verison is not a field');
  });
});
