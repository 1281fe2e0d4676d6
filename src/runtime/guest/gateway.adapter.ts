import type { Hook, HookPayload, PluginType } from '../protocol.js';
import { type BoundFunction, owners, pickFunction, pickHooks } from './javascript-exports.js';
import type { Bag, LoadedPlugin, LoadRequest } from './loaded-plugin.js';
import { findCheck } from './own-check.js';
import { typesOfHooks } from './hook-types.js';

/** How each hook's payload becomes the arguments of the gateway's JavaScript functions. */
const ARGUMENTS: Record<Hook, (payload: HookPayload) => unknown[]> = {
  httpTransportPreHook: ({ request }) => [request],
  httpTransportPostHook: ({ request, response }) => [request, response],
  httpTransportStreamChunkHook: ({ request, chunk }) => [request, chunk],
  preLLMHook: ({ request }) => [request],
  postLLMHook: ({ response, error }) => [response, error ?? null],
  preMCPHook: ({ request }) => [request],
  postMCPHook: ({ response, error }) => [response, error ?? null],
};

/** True when a module's exports are a gateway plugin's: any hook, or a name function. */
export function isGatewayModule(namespace: Bag): boolean {
  const from = owners(namespace);
  return pickHooks(from).size > 0 || pickFunction(from, ['getName', 'GetName']) !== null;
}

/** @throws what the plugin's getName throws */
export async function loadGatewayPlugin(namespace: Bag, request: LoadRequest): Promise<LoadedPlugin> {
  const from = owners(namespace);
  const name = await pickFunction(from, ['getName', 'GetName'])?.();
  return new GatewayPlugin(from, typeof name === 'string' && name ? name : null, request.config);
}

/** A gateway plugin in JavaScript; its functions see what the gateway would hand them, in the same order. */
class GatewayPlugin implements LoadedPlugin {
  readonly description = null;
  readonly hooks: Hook[];
  readonly types: PluginType[];
  readonly check: (() => unknown) | null;
  private readonly functions: Map<Hook, BoundFunction>;

  constructor(
    private readonly from: readonly Bag[],
    readonly actualName: string | null,
    private readonly config: Record<string, unknown>,
  ) {
    this.functions = pickHooks(from);
    this.hooks = [...this.functions.keys()];
    this.types = typesOfHooks(this.hooks);
    this.check = findCheck(from);
  }

  async initialise(): Promise<void> {
    const returned = await pickFunction(this.from, ['init', 'Init'])?.(this.config);
    // Code ported from Go returns its error instead of throwing it.
    if (returned instanceof Error) throw returned;
  }

  call(hook: Hook, payload: HookPayload): unknown {
    return this.functions.get(hook)?.(payload.context ?? {}, ...ARGUMENTS[hook](payload));
  }

  async stop(): Promise<void> {
    await pickFunction(this.from, ['cleanup', 'Cleanup'])?.();
  }
}
