import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isGatewayModule, loadGatewayPlugin } from './gateway.adapter.js';
import { pickAgentPlugin } from './javascript-exports.js';
import type { Bag, LoadedPlugin, LoadRequest } from './loaded-plugin.js';

/**
 * Imports a JavaScript module and finds out what it is by its exports: a gateway hook or name function makes
 * it a gateway plugin, an agent plugin object an agent plugin.
 * @throws what the module throws while it loads; Error naming the right exports when it is neither
 */
export async function loadJavaScript(request: LoadRequest): Promise<LoadedPlugin> {
  provideRequire(request.entry);
  const namespace = (await import(pathToFileURL(request.entry).href)) as Bag;
  if (isGatewayModule(namespace)) return loadGatewayPlugin(namespace, request);
  const plugin = pickAgentPlugin(namespace);
  if (plugin) {
    const { AgentPlugin } = await import('./agent.adapter.js');
    return new AgentPlugin(plugin, request);
  }
  throw new Error(neither(basename(request.entry), Object.keys(namespace)));
}

/**
 * Gives ES modules the `require` of the plugin's package. Bundles of packages in CommonJS, made for a runtime that has
 * one everywhere, call it, and say "Dynamic require of … is not supported" where there is none.
 */
function provideRequire(entry: string): void {
  const value = createRequire(entry);
  Object.defineProperty(globalThis, 'require', { value, writable: true, configurable: true });
}

function neither(file: string, names: string[]): string {
  const found = names.length > 0 ? names.slice(0, 20).join(', ') : 'nothing';
  return (
    `${file} exports ${found}, which is no plugin: export getName or a gateway hook (preLLMHook, postLLMHook, ` +
    'preMCPHook, postMCPHook, httpTransportPreHook, httpTransportPostHook, httpTransportStreamChunkHook), or an ' +
    'agent plugin object with a name and a description as default, as "plugin" or under a name that ends in "Plugin"'
  );
}
