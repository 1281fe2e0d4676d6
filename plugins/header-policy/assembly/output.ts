/** The module's one answer, written here and read by the host before its next call; grows, is never given away. */
import { Value } from './json';

let buffer: usize = heap.alloc(4096);
let capacity: usize = 4096;
let used: usize = 0;

/** Begins a new answer. */
export function begin(): void {
  used = 0;
}

/** The answer as the ABI wants it: pointer in the upper half, length in the lower. */
export function finish(): u64 {
  return ((<u64>buffer) << 32) | (<u64>used);
}

/** Whether the host may free this pointer: the answer's buffer stays with the module. */
export function isOutput(pointer: usize): bool {
  return pointer == buffer;
}

/** Writes a value as it came in. */
export function writeValue(value: Value): void {
  writeBytes(value.start, value.end - value.start);
}

/** Writes JSON as it is. */
export function write(json: string): void {
  reserve(<usize>json.length * 3);
  used += String.UTF8.encodeUnsafe(changetype<usize>(json), json.length, buffer + used);
}

/** Writes a text as a JSON string. */
export function writeText(text: string): void {
  write(quote(text));
}

function writeBytes(from: usize, length: usize): void {
  reserve(length);
  memory.copy(buffer + used, from, length);
  used += length;
}

function reserve(more: usize): void {
  if (used + more <= capacity) return;
  while (capacity < used + more) capacity *= 2;
  buffer = heap.realloc(buffer, capacity);
}

const HEX = '0123456789abcdef';

/** A JSON string (RFC 8259): control characters and lone surrogates, which UTF-8 cannot hold, are escaped. */
export function quote(text: string): string {
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code == 0x22 || code == 0x5c) out += '\\' + text.charAt(i);
    else if (code < 0x20 || isLone(text, i)) out += escaped(code);
    else out += text.charAt(i);
  }
  return out + '"';
}

function escaped(code: i32): string {
  let out = '\\u';
  for (let shift = 12; shift >= 0; shift -= 4) out += HEX.charAt((code >> shift) & 15);
  return out;
}

function isLone(text: string, at: i32): bool {
  const code = text.charCodeAt(at);
  if ((code & 0xf800) != 0xd800) return false;
  const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
  const before = at > 0 ? text.charCodeAt(at - 1) : 0;
  return code < 0xdc00 ? (next & 0xfc00) != 0xdc00 : (before & 0xfc00) != 0xd800;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The UTF-8 bytes of a text in base64 (RFC 4648, padded), as the ABI wants HTTP bodies. */
export function base64(text: string): string {
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const second = left > 1 ? <u32>bytes[i + 1] : 0;
    const third = left > 2 ? <u32>bytes[i + 2] : 0;
    const triple = ((<u32>bytes[i]) << 16) | (second << 8) | third;
    out += BASE64.charAt((triple >> 18) & 63) + BASE64.charAt((triple >> 12) & 63);
    out += left > 1 ? BASE64.charAt((triple >> 6) & 63) : '=';
    out += left > 2 ? BASE64.charAt(triple & 63) : '=';
  }
  return out;
}
