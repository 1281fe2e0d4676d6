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

/** A module, its default export, and two more in there. */
const MAX_LEVELS = 4;

export type BoundFunction = (...args: unknown[]) => unknown;

/**
 * The objects that a module's members may be on, nearest first: its namespace, its default export, the default export
 * in there (CommonJS compiled from ESM, and bundles of it, put one in another), then what each names `plugin`.
 */
export function owners(namespace: Bag): Bag[] {
  const levels: Bag[] = [];
  for (let at: unknown = namespace; isBag(at) && levels.length < MAX_LEVELS; at = at['default'])
    if (levels.includes(at)) break;
    else levels.push(at);
  const named = levels.map((level) => level['plugin']).filter(isBag);
  return [...new Set([...levels, ...named])];
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

/**
 * The agent plugin object: the default export, else `plugin`, else any export whose name ends in Plugin, else the
 * module itself.
 */
export function pickAgentPlugin(namespace: Bag): Bag | null {
  const [, ...inner] = owners(namespace);
  const named = [namespace, ...inner].flatMap((owner) =>
    Object.keys(owner)
      .filter((key) => key.endsWith('Plugin'))
      .map((key) => owner[key]),
  );
  return [...inner, ...named, namespace].find(isAgentPlugin) ?? null;
}

function isAgentPlugin(value: unknown): value is Bag {
  if (typeof value !== 'object' || value === null) return false;
  const { name, description } = value as Bag;
  if (typeof name !== 'string' || name === '') return false;
  return typeof description === 'string' || COMPONENTS.some((key) => key in value);
}
