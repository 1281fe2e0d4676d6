import { HOOKS, type Hook } from '../protocol.js';
import { type Bag, isBag } from './loaded-plugin.js';

/** Every name a gateway hook is exported under: ours, the Go spelling, the names of older gateways. */
const HOOK_NAMES: Record<Hook, readonly string[]> = {
  httpTransportPreHook: ['httpTransportPreHook', 'HTTPTransportPreHook'],
  httpTransportPostHook: ['httpTransportPostHook', 'HTTPTransportPostHook'],
  httpTransportStreamChunkHook: ['httpTransportStreamChunkHook', 'HTTPTransportStreamChunkHook'],
  preLLMHook: ['preLLMHook', 'PreLLMHook', 'preHook', 'PreHook'],
  postLLMHook: ['postLLMHook', 'PostLLMHook', 'postHook', 'PostHook'],
  preMCPHook: ['preMCPHook', 'PreMCPHook'],
  postMCPHook: ['postMCPHook', 'PostMCPHook'],
};
const COMPONENTS = [
  'init',
  'actions',
  'providers',
  'evaluators',
  'services',
  'models',
  'events',
  'routes',
  'tests',
  'schema',
  'priority',
];

export type BoundFunction = (...args: unknown[]) => unknown;

/** The objects a module's members may be on: its namespace, then its default export. */
export function owners(namespace: Bag): Bag[] {
  const fallback = defaultExport(namespace);
  return isBag(fallback) ? [namespace, fallback] : [namespace];
}

/** The first function under one of `names`, bound to the object that holds it. */
export function pickFunction(from: readonly Bag[], names: readonly string[]): BoundFunction | null {
  for (const name of names)
    for (const owner of from) {
      const found = owner[name];
      if (typeof found === 'function') return (...args) => found.apply(owner, args) as unknown;
    }
  return null;
}

/** The gateway hooks a module has, in the protocol's order. */
export function pickHooks(from: readonly Bag[]): Map<Hook, BoundFunction> {
  const hooks = new Map<Hook, BoundFunction>();
  for (const hook of HOOKS) {
    const found = pickFunction(from, HOOK_NAMES[hook]);
    if (found) hooks.set(hook, found);
  }
  return hooks;
}

/** The agent plugin object: the default export, else `plugin`, else any export whose name ends in Plugin. */
export function pickAgentPlugin(namespace: Bag): Bag | null {
  const named = Object.keys(namespace).filter((key) => key.endsWith('Plugin'));
  const candidates = [defaultExport(namespace), namespace['plugin'], ...named.map((key) => namespace[key])];
  return candidates.find(isAgentPlugin) ?? null;
}

function isAgentPlugin(value: unknown): value is Bag {
  if (typeof value !== 'object' || value === null) return false;
  const { name, description } = value as Bag;
  if (typeof name !== 'string' || name === '') return false;
  return typeof description === 'string' || COMPONENTS.some((key) => key in value);
}

/** CommonJS code that was compiled from ESM keeps its default export one level further in. */
function defaultExport(namespace: Bag): unknown {
  const first = namespace['default'];
  return isBag(first) && first['__esModule'] === true && 'default' in first ? first['default'] : first;
}
