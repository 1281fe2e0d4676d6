import { createReadStream } from 'node:fs';
import { UnsupportedArtifact } from './errors.js';

const MACH_O = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe]);
/** More than this is not searched for the marks of a Go plugin; the refusal is then the general one. */
const SEARCHED_BYTES = 256 * 2 ** 20;
/** Longest mark less one: what must be carried over from one chunk to the next. */
const CARRY = 32;

/** Whether a file with these first bytes is machine code: ELF, Mach-O or PE. */
export function isNative(head: Buffer): boolean {
  if (head.length < 4) return false;
  const word = head.readUInt32BE(0);
  return word === 0x7f454c46 || MACH_O.has(word) || head.readUInt16BE(0) === 0x4d5a;
}

/**
 * The refusal of a native library. A Go `-buildmode=plugin` file is told apart by the symbols that the Go
 * linker gives to no other kind (`go:plugin.tabs`, before Go 1.20 `go.plugin.tabs`; package hashes where the
 * symbol table was stripped).
 */
export async function refuseNative(path: string): Promise<UnsupportedArtifact> {
  if (await isGoPlugin(path))
    return new UnsupportedArtifact(
      'This is a Go plugin (-buildmode=plugin), which is not supported: only a host built by the very same Go toolchain can load it. ' +
        'Build it as WebAssembly (TinyGo, -target=wasi) or write it in JavaScript.',
    );
  return new UnsupportedArtifact(
    'This is a native library, which is not supported: native code cannot be fenced in. ' +
      'Build the plugin as WebAssembly (.wasm) or write it in JavaScript (.js, .mjs, .cjs).',
  );
}

async function isGoPlugin(path: string): Promise<boolean> {
  let carried = '';
  let isGo = false;
  let isPlugin = false;
  for await (const chunk of createReadStream(path, { end: SEARCHED_BYTES, highWaterMark: 2 ** 20 })) {
    const text = carried + (chunk as Buffer).toString('latin1');
    isGo ||= text.includes('\xff Go buildinf:') || text.includes('Go build ID:');
    isPlugin ||= /go[:.](?:plugin\.(?:tabs|exports)|link\.pkghash)/.test(text);
    if (isGo && isPlugin) return true;
    carried = text.slice(-CARRY);
  }
  return false;
}
