import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Hook, type HookPayload, HOOKS, type PluginType } from '../protocol.js';
import { typesOfHooks } from './hook-types.js';
import type { LoadedPlugin, LoadRequest } from './loaded-plugin.js';
import { HOOK_EXPORTS, hookInput, hookOutput } from './wasm-abi.js';
import { wasiFor, WasmInstance } from './wasm-instance.js';

/** Memory beyond which an instance is replaced, in bytes: modules whose allocator never frees only grow. */
const RECYCLE_BYTES = 32 * 2 ** 20;
/** `\0asm` and version 1; a component has another version. */
const CORE_MODULE = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

/** @throws Error saying what the file is instead, when it is no core WebAssembly module */
export async function loadWasm(request: LoadRequest): Promise<LoadedPlugin> {
  const module = await compile(request.entry);
  const makeWasi = await wasiFor(module);
  return new WasmPlugin(() => WasmInstance.create(module, makeWasi), request);
}

async function compile(path: string): Promise<WebAssembly.Module> {
  const bytes = readFileSync(path);
  const file = basename(path);
  if (!bytes.subarray(0, 4).equals(CORE_MODULE.subarray(0, 4)))
    throw new Error(
      `${file} is not WebAssembly: its first bytes are ${bytes.toString('hex', 0, 4) || 'missing'}`,
    );
  if (!bytes.subarray(0, 8).equals(CORE_MODULE))
    throw new Error(`${file} is a WebAssembly component or of another version; a core module is needed`);
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new Error(`${file} is not a valid WebAssembly module`, { cause: error });
  }
}

/**
 * A WebAssembly gateway plugin. Whatever traps or has grown too large is thrown away, and the next call runs
 * on a fresh instance with the same settings.
 */
class WasmPlugin implements LoadedPlugin {
  readonly description = null;
  readonly check = null;
  readonly actualName: string | null;
  readonly hooks: Hook[];
  readonly types: PluginType[];
  private readonly exportOf = new Map<Hook, string>();
  private instance: WasmInstance | null;
  private recycleAbove = RECYCLE_BYTES;

  /** @throws what the module's start-up code traps with; Error when it exports nothing of a plugin */
  constructor(
    private readonly create: () => WasmInstance,
    private readonly request: LoadRequest,
  ) {
    const first = create();
    for (const hook of HOOKS) {
      const name = HOOK_EXPORTS[hook]?.find((n) => first.has(n));
      if (name) this.exportOf.set(hook, name);
    }
    this.hooks = [...this.exportOf.keys()];
    this.types = typesOfHooks(this.hooks);
    this.actualName = first.name();
    this.instance = first;
    if (this.hooks.length === 0 && this.actualName === null)
      throw new Error(
        'the module exports neither get_name nor a hook (pre_hook, post_hook, http_pre_hook, …)',
      );
  }

  initialise(): Promise<void> {
    const instance = (this.instance ??= this.create());
    instance.init(this.configText());
    // A module that needs this much to begin with would otherwise be replaced after every call.
    this.recycleAbove = Math.max(RECYCLE_BYTES, instance.memoryBytes * 2);
    return Promise.resolve();
  }

  call(hook: Hook, payload: HookPayload): unknown {
    const name = this.exportOf.get(hook) ?? hook;
    const instance = this.current();
    try {
      const answer = hookOutput(instance.call(name, hookInput(hook, payload)));
      if (instance.memoryBytes > this.recycleAbove) this.recycle(instance);
      return answer;
    } catch (error) {
      this.instance = null;
      const kind = error instanceof WebAssembly.RuntimeError ? 'trapped' : 'failed';
      throw new Error(`${name} ${kind}`, { cause: error });
    }
  }

  stop(): Promise<void> {
    this.instance?.cleanup();
    return Promise.resolve();
  }

  private recycle(instance: WasmInstance): void {
    this.instance = null;
    const mib = Math.round(instance.memoryBytes / 2 ** 20);
    this.request.log('debug', `a fresh instance follows: this one's memory had grown to ${mib} MiB`);
  }

  private current(): WasmInstance {
    if (this.instance) return this.instance;
    const instance = this.create();
    instance.init(this.configText());
    this.instance = instance;
    return instance;
  }

  /** No settings at all are the empty text, as the gateway hands them over. */
  private configText(): string {
    const { config } = this.request;
    return Object.keys(config).length > 0 ? JSON.stringify(config) : '';
  }
}
