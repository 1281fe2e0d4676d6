import type { WASI } from 'node:wasi';
import { readAssemblyScriptString, readUtf8, unpack } from './wasm-abi.js';

type WasmFunction = (...args: number[]) => unknown;
type Imports = Record<string, Record<string, unknown>>;

const WASI_MODULE = 'wasi_snapshot_preview1';

/** Makes WASI without files, arguments or environment; one instance each, as it can be started only once. */
export type WasiFactory = () => WASI;

/** What makes WASI for a module, or null when it imports none: most do not, and loading it costs time. */
export async function wasiFor(module: WebAssembly.Module): Promise<WasiFactory | null> {
  if (!WebAssembly.Module.imports(module).some((i) => i.module === WASI_MODULE)) return null;
  const { WASI } = await import('node:wasi');
  return () => {
    try {
      return new WASI({ version: 'preview1', args: [], env: {}, preopens: {}, returnOnExit: true });
    } catch (error) {
      throw new Error('the module imports WASI, which this process may not use', { cause: error });
    }
  };
}

/** One instance of a module with its own memory; after a trap it must not be used again. */
export class WasmInstance {
  private constructor(
    private readonly exports: Readonly<Record<string, unknown>>,
    private readonly memory: WebAssembly.Memory,
  ) {}

  /**
   * Makes an instance and runs its start-up code. Synchronous, so that no other call can meet a half-made one.
   * @param makeWasi from `wasiFor`
   * @throws Error when it imports what is not offered or exports no memory; what its start-up code traps with
   */
  static create(module: WebAssembly.Module, makeWasi: WasiFactory | null): WasmInstance {
    const wanted = WebAssembly.Module.imports(module);
    const wasi = makeWasi?.() ?? null;
    const held: { memory: WebAssembly.Memory | null } = { memory: null };
    const abort: WasmFunction = (...args) => failAbort(held.memory, args);
    const imports: Imports = { env: { abort }, ...(wasi ? { [WASI_MODULE]: { ...wasi.wasiImport } } : {}) };
    const missing = wanted.filter((i) => imports[i.module]?.[i.name] === undefined);
    if (missing.length > 0) {
      const names = missing.map((i) => `${i.module}.${i.name}`).join(', ');
      throw new Error(`the module imports ${names}; offered are env.abort and WASI preview 1`);
    }
    const instance = new WebAssembly.Instance(module, imports);
    const { memory } = instance.exports;
    if (!isMemory(memory)) throw new Error('the module does not export its memory');
    held.memory = memory;
    startUp(instance, wasi);
    return new WasmInstance(instance.exports, memory);
  }

  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  has(name: string): boolean {
    return typeof this.exports[name] === 'function';
  }

  /** What `get_name` returns, or null when there is no such export or no name. */
  name(): string | null {
    return this.has('get_name') ? this.text(this.find('get_name')()) || null : null;
  }

  /** @throws Error when the module has an `init` and it does not return 0 */
  init(config: string): void {
    if (!this.has('init')) return;
    const code = this.withInput(config, (pointer, length) => this.find('init')(pointer, length));
    if (code !== 0) throw new Error(`init returned ${String(code)}`);
  }

  /** Calls a hook with JSON text and gives back the text it returned. @throws what it traps with */
  call(name: string, input: string): string {
    return this.withInput(input, (pointer, length) => this.text(this.find(name)(pointer, length)));
  }

  /** @throws Error when the module has a `cleanup` and it does not return 0 */
  cleanup(): void {
    if (!this.has('cleanup')) return;
    const code = this.find('cleanup')();
    if (code !== 0 && code !== undefined)
      throw new Error(`cleanup returned ${typeof code === 'number' ? code : typeof code}`);
  }

  /** Lends the module a copy of `input`. A pointer of 0 is legal; some allocators start there. */
  private withInput<T>(input: string, use: (pointer: number, length: number) => T): T {
    const bytes = Buffer.from(input, 'utf8');
    if (bytes.length === 0) return use(0, 0);
    const pointer = Number(this.find('malloc')(bytes.length)) >>> 0;
    if (pointer + bytes.length > this.memoryBytes)
      throw new RangeError(`malloc(${bytes.length}) returned ${pointer}, which has no room for it`);
    new Uint8Array(this.memory.buffer, pointer, bytes.length).set(bytes);
    const result = use(pointer, bytes.length);
    // Both arguments always: `free(ptr)` ignores the second. Outputs stay the module's own.
    if (this.has('free')) this.find('free')(pointer, bytes.length);
    return result;
  }

  private text(packed: unknown): string {
    if (typeof packed !== 'bigint') throw new TypeError('returned no u64; it must be pointer << 32 | length');
    return readUtf8(this.memory.buffer, unpack(packed));
  }

  private find(name: string): WasmFunction {
    const found = this.exports[name];
    if (typeof found !== 'function') throw new Error(`the module does not export ${name}`);
    return found as WasmFunction;
  }
}

/** Reactors export `_initialize`; older TinyGo builds a command whose `_start` sets up the heap. */
function startUp(instance: WebAssembly.Instance, wasi: WASI | null): void {
  const { _initialize: initialize, _start: start } = instance.exports;
  if (wasi && typeof start === 'function') {
    const code = wasi.start(instance) as unknown;
    if (typeof code === 'number' && code !== 0) throw new Error(`_start exited with code ${code}`);
  } else if (wasi) {
    wasi.initialize(instance);
  } else if (typeof initialize === 'function') {
    (initialize as WasmFunction)();
  }
}

function failAbort(memory: WebAssembly.Memory | null, [message, file, line, column]: number[]): never {
  const read = (pointer: number | undefined): string =>
    memory && pointer ? readAssemblyScriptString(memory.buffer, pointer) : '';
  throw new Error(
    `abort: ${read(message) || 'no message'} (${read(file) || '?'}:${line ?? 0}:${column ?? 0})`,
  );
}

function isMemory(value: unknown): value is WebAssembly.Memory {
  return typeof value === 'object' && value !== null && 'buffer' in value;
}
