/** One member of an object in a JSON text. */
export interface JsonMember {
  key: string;
  /** Parsed; undefined where the text is malformed, nests too deep, or takes too many bytes. */
  value: unknown;
}

export interface MemberLimits {
  /** Largest member, in bytes. */
  bytes: number;
  /** Deepest nesting within a member. */
  depth: number;
}

/** The text as a whole is no JSON object, or breaks off. */
export class MalformedJson extends Error {}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * The members of the object that a JSON text is, one by one, in the memory that one of them takes. Where the member
 * `into` is an object, its members come in its place. What is wrong with one member is told with that member; the
 * others are not the worse for it.
 * @throws MalformedJson when the text is no object or breaks off; whatever reading `chunks` fails with
 */
export async function* jsonMembers(
  chunks: AsyncIterable<Buffer>,
  into: string,
  limits: MemberLimits,
): AsyncGenerator<JsonMember> {
  const scanner = new MemberScanner(into, limits);
  for await (const chunk of chunks) yield* scanner.take(chunk);
  scanner.end();
}

/** Finds where members begin and end; JSON.parse does the rest. */
class MemberScanner {
  /** Brackets that are open; members are looked for at `base`. */
  private depth = 0;
  private base = 1;
  private deepest = 0;
  private inString = false;
  private escaped = false;
  private begun = false;
  /** Of the member under way: its key once that is complete, and the bytes since. */
  private key: string | null = null;
  private pieces: Buffer[] = [];
  private size = 0;

  constructor(
    private readonly into: string,
    private readonly limits: MemberLimits,
  ) {}

  *take(chunk: Buffer): Generator<JsonMember> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.inString) {
        this.passString(byte);
        continue;
      }
      if (byte === QUOTE) this.inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (this.open(byte, chunk, from, at)) from = at + 1;
      } else if (byte === COLON && this.depth === this.base && this.key === null) {
        this.key = this.textOf(chunk, from, at);
        from = at + 1;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (this.depth === this.base) {
          yield* this.member(chunk, from, at);
          from = at + 1;
        }
        this.close();
      } else if (byte === COMMA && this.depth === this.base) {
        yield* this.member(chunk, from, at);
        from = at + 1;
      } else if (!this.begun && byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) this.refuse();
    }
    this.keep(chunk, from, chunk.length);
  }

  /** @throws MalformedJson when there should be more */
  end(): void {
    if (!this.begun || this.depth > 0) throw new MalformedJson('It breaks off.');
  }

  private passString(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inString = false;
  }

  /** @returns whether members are looked for in there from now on */
  private open(byte: number, chunk: Buffer, from: number, at: number): boolean {
    if (!this.begun && byte === OPEN_LIST) this.refuse();
    if (this.begun && this.depth === 0) this.refuse();
    this.depth++;
    this.deepest = Math.max(this.deepest, this.depth - this.base);
    if (!this.begun) {
      this.begun = true;
      return true;
    }
    if (this.base !== 1 || this.depth !== 2 || byte !== OPEN_OBJECT) return false;
    if (this.key === null || parsed(this.key) !== this.into) return false;
    this.textOf(chunk, from, at);
    this.base = 2;
    this.key = null;
    return true;
  }

  private close(): void {
    this.depth--;
    if (this.depth < 0) this.refuse();
    if (this.base === 2 && this.depth === 1) this.base = 1;
  }

  private *member(chunk: Buffer, from: number, to: number): Generator<JsonMember> {
    const { key } = this;
    const tooLarge = this.size + to - from > this.limits.bytes || this.deepest > this.limits.depth;
    const text = this.textOf(chunk, from, to);
    this.key = null;
    this.deepest = 0;
    if (key === null) return;
    const name = parsed(key);
    yield {
      key: typeof name === 'string' ? name : '',
      value: tooLarge || typeof name !== 'string' ? undefined : parsed(text),
    };
  }

  /** What has been kept and these bytes; nothing is kept afterwards. Empty where that is too much. */
  private textOf(chunk: Buffer, from: number, to: number): string {
    this.keep(chunk, from, to);
    const text = this.size > this.limits.bytes ? '' : Buffer.concat(this.pieces).toString();
    this.pieces = [];
    this.size = 0;
    return text;
  }

  private keep(chunk: Buffer, from: number, to: number): void {
    this.size += to - from;
    if (this.size <= this.limits.bytes && to > from) this.pieces.push(chunk.subarray(from, to));
    else if (this.size > this.limits.bytes) this.pieces = [];
  }

  private refuse(): never {
    throw new MalformedJson('It is not a JSON object.');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
