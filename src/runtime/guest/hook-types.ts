import { type Hook, PLUGIN_TYPES, type PluginType } from '../protocol.js';

const TYPE_OF: Record<Hook, PluginType> = {
  httpTransportPreHook: 'http',
  httpTransportPostHook: 'http',
  httpTransportStreamChunkHook: 'http',
  preLLMHook: 'llm',
  postLLMHook: 'llm',
  preMCPHook: 'mcp',
  postMCPHook: 'mcp',
};

/** What a gateway plugin with these hooks can do, in the protocol's order. */
export function typesOfHooks(hooks: readonly Hook[]): PluginType[] {
  const found = new Set(hooks.map((hook) => TYPE_OF[hook]));
  return PLUGIN_TYPES.filter((type) => found.has(type));
}
