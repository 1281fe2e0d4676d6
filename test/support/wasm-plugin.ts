import { readFileSync } from 'node:fs';

/** What a request hook answers, as the gateway's WebAssembly ABI has it. */
export interface HookAnswer {
  context: unknown;
  request: Record<string, unknown> | null;
  response: { status_code: number; headers: Record<string, string>; body: string } | null;
  has_response: boolean;
  error: string;
}

interface Exports {
  memory: { buffer: ArrayBuffer };
  malloc(size: number): number;
  free(pointer: number, size: number): void;
  get_name(): bigint;
  init(pointer: number, length: number): number;
  cleanup(): number;
  http_pre_hook(pointer: number, length: number): bigint;
}

/** The part of the global that is used here; the ES library types leave it out. */
interface WebAssemblyApi {
  Module: { new (bytes: Uint8Array): object; imports(module: object): unknown[] };
  Instance: new (module: object, imports: object) => { exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

/** One instance of a WebAssembly plugin, called in this process without a fence. */
export class WasmPlugin {
  readonly imports: unknown[];
  readonly exports: Exports;

  /** @param file the module; it may import env.abort */
  constructor(file: URL) {
    const module = new WebAssembly.Module(readFileSync(file));
    this.imports = WebAssembly.Module.imports(module);
    const abort = (): never => {
      throw new Error('the module aborted');
    };
    this.exports = new WebAssembly.Instance(module, { env: { abort } }).exports as Exports;
  }

  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength;
  }

  /** Lends the module a copy of the input for one call. */
  withInput<T>(input: string | Uint8Array, use: (pointer: number, length: number) => T): T {
    const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
    const pointer = this.exports.malloc(bytes.length) >>> 0;
    new Uint8Array(this.exports.memory.buffer, pointer, bytes.length).set(bytes);
    const result = use(pointer, bytes.length);
    this.exports.free(pointer, bytes.length);
    return result;
  }

  /** The text behind a packed pointer and length. */
  read(packed: bigint, fatal = true): string {
    const unsigned = BigInt.asUintN(64, packed);
    const [pointer, length] = [Number(unsigned >> 32n), Number(unsigned & 0xffffffffn)];
    return new TextDecoder('utf-8', { fatal }).decode(
      new Uint8Array(this.exports.memory.buffer, pointer, length),
    );
  }

  init(config: unknown): number {
    return this.initText(JSON.stringify(config));
  }

  initText(config: string): number {
    return this.withInput(config, (pointer, length) => this.exports.init(pointer, length));
  }

  /** The request hook's answer to an input, as it was written. */
  preHookText(input: string | Uint8Array, fatal = true): string {
    return this.withInput(input, (pointer, length) =>
      this.read(this.exports.http_pre_hook(pointer, length), fatal),
    );
  }

  preHook(input: unknown): HookAnswer {
    return JSON.parse(this.preHookText(JSON.stringify(input))) as HookAnswer;
  }
}
