/**
 * The one writing of a path that all its disguises come down to: no query, percent-escapes resolved, `//`,
 * `.` and `..` worked out (RFC 3986, 6.2.2), no slash at the end. `/a/../%61dmin//` is `/admin`.
 */
export function normalisePath(path: string): string {
  const parts = decode(cut(path)).split('/');
  const kept = new Array<string>();
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] == '..') {
      if (kept.length > 0) kept.pop();
    } else if (parts[i] != '' && parts[i] != '.') kept.push(parts[i]);
  }
  return '/' + kept.join('/');
}

/** Whether a normalised path is `block` or below it. */
export function isBelow(path: string, block: string): bool {
  return block == '/' || path == block || path.startsWith(block + '/');
}

function cut(path: string): string {
  const query = path.indexOf('?');
  const whole = query < 0 ? path : path.slice(0, query);
  const fragment = whole.indexOf('#');
  return fragment < 0 ? whole : whole.slice(0, fragment);
}

/** Resolves percent-escapes once, as servers do; a broken escape stays as it is. */
function decode(path: string): string {
  if (!path.includes('%')) return path;
  const bytes = Uint8Array.wrap(String.UTF8.encode(path));
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = i + 2 < bytes.length && bytes[i] == 0x25 ? hexDigit(bytes[i + 1]) : -1;
    const low = high >= 0 ? hexDigit(bytes[i + 2]) : -1;
    bytes[length++] = low < 0 ? bytes[i] : <u8>(high * 16 + low);
    if (low >= 0) i += 2;
  }
  return String.UTF8.decode(bytes.buffer.slice(0, length));
}

function hexDigit(byte: u8): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
