import { type Hook, type HookPayload, MAX_LINE_BYTES } from '../protocol.js';

/**
 * The binary interface of WebAssembly gateway plugins: strings are UTF-8 JSON in the module's memory, and a
 * returned u64 is `pointer << 32 | length`.
 */

/** The names each hook is exported under; older modules use the later ones. */
export const HOOK_EXPORTS: Partial<Record<Hook, readonly string[]>> = {
  httpTransportPreHook: ['http_pre_hook', 'http_intercept'],
  httpTransportPostHook: ['http_post_hook'],
  httpTransportStreamChunkHook: ['http_stream_chunk_hook'],
  preLLMHook: ['pre_hook'],
  postLLMHook: ['post_hook'],
};

const MAX_ABORT_TEXT = 2_000;
/** Texts and numbers of JSON, and those numbers that may have lost digits when they were parsed. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;
const LONG_INTEGER = /^-?\d{16,}$/;

export interface Span {
  pointer: number;
  length: number;
}

/** Splits a returned u64. WebAssembly hands it over signed, so a high pointer arrives as a negative number. */
export function unpack(packed: bigint): Span {
  const value = BigInt.asUintN(64, packed);
  return { pointer: Number(value >> 32n), length: Number(value & 0xffff_ffffn) };
}

/** @throws RangeError when the span is not inside the memory or longer than a message, TypeError when it is not UTF-8 */
export function readUtf8(memory: ArrayBuffer, { pointer, length }: Span): string {
  if (length === 0) return '';
  if (pointer + length > memory.byteLength)
    throw new RangeError(
      `returned ${length} bytes at ${pointer}, outside its memory of ${memory.byteLength}`,
    );
  if (length > MAX_LINE_BYTES)
    throw new RangeError(`returned ${length} bytes, more than the ${MAX_LINE_BYTES} that are passed on`);
  return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(memory, pointer, length));
}

/** Reads an AssemblyScript string: UTF-16 at `pointer`, its length in bytes in the u32 before it. */
export function readAssemblyScriptString(memory: ArrayBuffer, pointer: number): string {
  const at = pointer >>> 0;
  if (at < 4 || at > memory.byteLength) return '';
  const declared = new DataView(memory).getUint32(at - 4, true);
  const length = Math.min(declared, memory.byteLength - at, MAX_ABORT_TEXT * 2) & ~1;
  return Buffer.from(memory, at, length).toString('utf16le');
}

/** The JSON text a hook is called with; every member it may read is there. HTTP bodies stay base64. */
export function hookInput(hook: Hook, payload: HookPayload): string {
  const context = payload.context ?? {};
  const request = payload.request ?? null;
  const response = payload.response ?? null;
  const { error } = payload;
  switch (hook) {
    case 'httpTransportPostHook':
      return JSON.stringify({ context, request, response });
    case 'httpTransportStreamChunkHook':
      return JSON.stringify({ context, request, chunk: payload.chunk ?? null });
    case 'postLLMHook':
      // Modules parse the error into a structure, which null is not.
      return JSON.stringify({ context, response, error: error ?? {}, has_error: error != null });
    default:
      return JSON.stringify({ context, request });
  }
}

/**
 * What a hook answered: null for the empty string (nothing changed), else the parsed JSON.
 * @throws Error when it is not JSON, or holds an integer with more digits than a JavaScript number keeps
 */
export function hookOutput(text: string): unknown {
  if (text === '') return null;
  let output: unknown;
  try {
    output = JSON.parse(text);
  } catch (error) {
    throw new Error('returned text that is not JSON', { cause: error });
  }
  const inexact = text.match(TEXT_OR_NUMBER)?.find((token) => LONG_INTEGER.test(token) && !isExact(token));
  if (inexact !== undefined)
    throw new Error('returned an integer with more digits than JSON readers keep: return it as text');
  return output;
}

function isExact(integer: string): boolean {
  return Number.isFinite(Number(integer)) && BigInt(integer) === BigInt(Number(integer));
}
