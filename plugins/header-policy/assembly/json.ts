/**
 * A JSON reader that copies nothing it does not have to: it checks a whole document (RFC 8259) once and hands
 * out the byte range of each value, so what a plugin does not change goes through byte for byte, numbers and
 * escapes included. Texts are UTF-8 in linear memory.
 */

/** Deeper documents are refused: checking them recurses. */
const MAX_DEPTH: i32 = 64;

/** One value of a document: the bytes from `start` up to `end`, checked. */
export class Value {
  constructor(
    public start: usize,
    public end: usize,
  ) {}

  /** First byte, which tells the kind: `{`, `[`, `"`, `t`, `f`, `n`, or a number. */
  get kind(): u8 {
    return load<u8>(this.start);
  }

  get isObject(): bool {
    return this.kind == 0x7b;
  }

  get isArray(): bool {
    return this.kind == 0x5b;
  }

  get isString(): bool {
    return this.kind == 0x22;
  }

  get isNull(): bool {
    return this.kind == 0x6e;
  }

  /** The text of a string value, escapes resolved. */
  text(): string {
    let out = '';
    let from = this.start + 1;
    const end = this.end - 1;
    for (let at = from; at < end;) {
      if (load<u8>(at) != 0x5c) {
        at++;
        continue;
      }
      out += String.UTF8.decodeUnsafe(from, at - from) + unescape(at);
      at += load<u8>(at + 1) == 0x75 ? 6 : 2;
      from = at;
    }
    return out + String.UTF8.decodeUnsafe(from, end - from);
  }

  /** The members of an object or the items of an array, in order; empty for anything else. */
  members(): Member[] {
    const found = new Array<Member>();
    if (!this.isObject && !this.isArray) return found;
    const scanner = new Scanner(this.start + 1, this.end);
    while (scanner.skipSpace() != 0x5d && scanner.peek() != 0x7d) {
      let key = '';
      if (this.isObject) {
        key = scanner.value().text();
        scanner.skipSpace();
        scanner.at++;
      }
      found.push(new Member(key, scanner.value()));
      if (scanner.skipSpace() == 0x2c) scanner.at++;
    }
    return found;
  }

  /** The member named `key`, the last one if there are several, as JSON.parse has it; null when missing. */
  get(key: string): Value | null {
    if (!this.isObject) return null;
    const members = this.members();
    for (let i = members.length - 1; i >= 0; i--) {
      if (members[i].key == key) return members[i].value;
    }
    return null;
  }
}

/** A key (empty for the items of an array) and its value. */
export class Member {
  constructor(
    public key: string,
    public value: Value,
  ) {}
}

/** Checks `length` bytes at `start`. Returns the document's value, or null when they are not JSON. */
export function parse(start: usize, length: usize): Value | null {
  const scanner = new Scanner(start, start + length);
  const value = scanner.value();
  scanner.skipSpace();
  return scanner.failed || scanner.at != start + length ? null : value;
}

/** Steps over one document; `failed` stays set after the first error, and nothing is read past the end. */
class Scanner {
  failed: bool = false;
  private depth: i32 = 0;

  constructor(
    public at: usize,
    private end: usize,
  ) {}

  /** The next byte, 0 at the end: no JSON text holds that one. */
  peek(): u8 {
    return this.at < this.end ? load<u8>(this.at) : 0;
  }

  skipSpace(): u8 {
    let byte = this.peek();
    while (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) {
      this.at++;
      byte = this.peek();
    }
    return byte;
  }

  value(): Value {
    const byte = this.skipSpace();
    const start = this.at;
    if (byte == 0x22) this.string();
    else if (byte == 0x7b) this.list(0x7d, true);
    else if (byte == 0x5b) this.list(0x5d, false);
    else if (byte == 0x74) this.word('true');
    else if (byte == 0x66) this.word('false');
    else if (byte == 0x6e) this.word('null');
    else this.number();
    return new Value(start, this.at);
  }

  private list(close: u8, keyed: bool): void {
    this.at++;
    if (++this.depth > MAX_DEPTH) this.failed = true;
    if (this.skipSpace() == close) {
      this.at++;
      this.depth--;
      return;
    }
    while (!this.failed) {
      if (keyed) this.key();
      this.value();
      if (this.skipSpace() != 0x2c) break;
      this.at++;
    }
    this.expect(close);
    this.depth--;
  }

  private key(): void {
    if (this.skipSpace() == 0x22) this.string();
    else this.failed = true;
    this.skipSpace();
    this.expect(0x3a);
  }

  private string(): void {
    this.at++;
    for (; this.at < this.end; this.at++) {
      const byte = load<u8>(this.at);
      if (byte == 0x22) break;
      if (byte < 0x20) this.failed = true;
      if (byte == 0x5c) this.escape();
      if (this.failed) return;
    }
    this.expect(0x22);
  }

  /** Ends on the last byte of the escape. */
  private escape(): void {
    this.at++;
    const byte = this.peek();
    if (byte != 0x75) {
      if (!'"\\/bfnrt'.includes(String.fromCharCode(byte)) || byte == 0) this.failed = true;
      return;
    }
    for (let i = 0; i < 4; i++) {
      this.at++;
      if (hexValue(this.peek()) < 0) this.failed = true;
    }
  }

  private number(): void {
    if (this.peek() == 0x2d) this.at++;
    const leading = this.peek();
    const whole = this.digits();
    if (whole == 0 || (whole > 1 && leading == 0x30)) this.failed = true;
    if (this.peek() == 0x2e) {
      this.at++;
      if (this.digits() == 0) this.failed = true;
    }
    if ((this.peek() | 0x20) == 0x65) {
      this.at++;
      if (this.peek() == 0x2b || this.peek() == 0x2d) this.at++;
      if (this.digits() == 0) this.failed = true;
    }
  }

  private digits(): i32 {
    const start = this.at;
    while (this.peek() >= 0x30 && this.peek() <= 0x39) this.at++;
    return <i32>(this.at - start);
  }

  private word(word: string): void {
    for (let i = 0; i < word.length; i++) this.expect(<u8>word.charCodeAt(i));
  }

  private expect(byte: u8): void {
    if (this.peek() == byte) this.at++;
    else this.failed = true;
  }
}

/** The value of a hexadecimal digit, -1 for any other byte. */
function hexValue(byte: u8): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** What the checked escape at `at` stands for. Surrogates come one by one and pair up in the string. */
function unescape(at: usize): string {
  const byte = load<u8>(at + 1);
  if (byte == 0x75) {
    let code = 0;
    for (let i: usize = 2; i < 6; i++) code = (code << 4) | hexValue(load<u8>(at + i));
    return String.fromCharCode(code);
  }
  if (byte == 0x62) return '\b';
  if (byte == 0x66) return '\f';
  if (byte == 0x6e) return '\n';
  if (byte == 0x72) return '\r';
  if (byte == 0x74) return '\t';
  return String.fromCharCode(byte);
}
