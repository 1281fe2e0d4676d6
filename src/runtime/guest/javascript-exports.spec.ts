import { describe, expect, it } from '@jest/globals';
import { isGatewayModule } from './gateway.adapter.js';
import { owners, pickAgentPlugin, pickHooks } from './javascript-exports.js';

const agent = (name: string): Record<string, unknown> => ({ name, description: 'd' });

describe('pickAgentPlugin', () => {
  it('prefers the default export, then plugin, then a name that ends in Plugin', () => {
    const all = { aPlugin: agent('a'), plugin: agent('p'), default: agent('d') };
    expect(pickAgentPlugin(all)?.['name']).toBe('d');
    expect(pickAgentPlugin({ ...all, default: () => 1 })?.['name']).toBe('p');
    expect(pickAgentPlugin({ aPlugin: agent('a'), other: agent('o') })?.['name']).toBe('a');
  });

  it('unwraps the default export of compiled CommonJS', () => {
    expect(pickAgentPlugin({ default: { __esModule: true, default: agent('inner') } })?.['name']).toBe(
      'inner',
    );
  });

  it('takes an object without description when it has a component', () => {
    expect(pickAgentPlugin({ default: { name: 'x', actions: [] } })?.['name']).toBe('x');
    expect(pickAgentPlugin({ default: { name: 'x' } })).toBeNull();
    expect(pickAgentPlugin({ default: { description: 'nameless', actions: [] } })).toBeNull();
  });
});

describe('pickHooks', () => {
  it('maps every spelling onto the canonical name, in the order of the protocol', () => {
    const run = (): null => null;
    const found = pickHooks([
      { PostHook: run, PreMCPHook: run, HTTPTransportStreamChunkHook: run, preHook: run },
    ]);
    expect([...found.keys()]).toEqual([
      'httpTransportStreamChunkHook',
      'preLLMHook',
      'postLLMHook',
      'preMCPHook',
    ]);
  });

  it('prefers the new name, and a named export over the default one', () => {
    const from = owners({
      preHook: () => 'old',
      preLLMHook: () => 'new',
      default: { preLLMHook: () => 'default' },
    });
    expect(pickHooks(from).get('preLLMHook')?.()).toBe('new');
  });

  it('ignores what is no function', () => {
    expect(pickHooks([{ preLLMHook: 'text' }]).size).toBe(0);
  });
});

describe('isGatewayModule', () => {
  it('is true for a hook or a name function and false for an agent plugin', () => {
    expect(isGatewayModule({ default: { GetName: () => 'x' } })).toBe(true);
    expect(isGatewayModule({ postHook: () => null })).toBe(true);
    expect(isGatewayModule({ default: { ...agent('a'), init: () => null } })).toBe(false);
  });
});
