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
/** What may stand before the object: blanks and a byte order mark. */
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
const NO_OBJECT = 'It is not a JSON object.';
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
  /** Where the bytes of the present chunk begin that are not among the pieces. */
  private from = 0;

  constructor(
    private readonly into: string,
    private readonly limits: MemberLimits,
  ) {}

  *take(chunk: Buffer): Generator<JsonMember> {
    this.from = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (this.inString) at = this.passString(chunk, at);
      else {
        const member = this.step(chunk, at);
        if (member) yield member;
      }
    }
    this.keep(chunk, chunk.length);
  }

  /** @throws MalformedJson when there should be more */
  end(): void {
    if (!this.begun || this.depth > 0) throw new MalformedJson('It breaks off.');
  }

  /** @returns where the string ends, or the last place in the chunk */
  private passString(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) {
        this.inString = false;
        return at;
      }
    }
    return chunk.length;
  }

  /** One byte outside of strings. @returns the member that ends with it */
  private step(chunk: Buffer, at: number): JsonMember | null {
    const byte = chunk[at] ?? 0;
    switch (byte) {
      case QUOTE:
        this.inString = true;
        return null;
      case OPEN_OBJECT:
      case OPEN_LIST:
        this.open(byte, chunk, at);
        return null;
      case COLON:
        if (this.depth === this.base) this.key ??= this.textOf(chunk, at);
        return null;
      case COMMA:
        return this.depth === this.base ? this.member(chunk, at) : null;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        return this.close(chunk, at);
      default:
        if (!this.begun && !BLANKS.has(byte)) throw new MalformedJson(NO_OBJECT);
        return null;
    }
  }

  /** Goes into the root, and into the object whose members are wanted. */
  private open(byte: number, chunk: Buffer, at: number): void {
    if (this.depth === 0 && (this.begun || byte === OPEN_LIST)) throw new MalformedJson(NO_OBJECT);
    this.begun = true;
    this.depth++;
    const wanted = byte === OPEN_OBJECT && this.key !== null && this.base === 1 && this.depth === 2;
    if (wanted && parsed(this.key ?? '') === this.into) {
      this.base = 2;
      this.key = null;
    }
    if (this.depth === this.base) this.textOf(chunk, at);
    else this.deepest = Math.max(this.deepest, this.depth - this.base);
  }

  private close(chunk: Buffer, at: number): JsonMember | null {
    const member = this.depth === this.base ? this.member(chunk, at) : null;
    this.depth--;
    if (this.depth < 0) throw new MalformedJson(NO_OBJECT);
    if (this.depth === 1) this.base = 1;
    return member;
  }

  /** The member that ends before `to`; null where there is none. */
  private member(chunk: Buffer, to: number): JsonMember | null {
    const { key } = this;
    const tooLarge = this.size + to - this.from > this.limits.bytes || this.deepest > this.limits.depth;
    const text = this.textOf(chunk, to);
    this.key = null;
    this.deepest = 0;
    if (key === null) return null;
    const name = parsed(key);
    if (typeof name !== 'string') return { key: '', value: undefined };
    return { key: name, value: tooLarge ? undefined : parsed(text) };
  }

  /** What has been kept and the bytes before `to`; what is kept begins after it. Empty where that is too much. */
  private textOf(chunk: Buffer, to: number): string {
    this.keep(chunk, to);
    const text = this.size > this.limits.bytes ? '' : Buffer.concat(this.pieces).toString();
    this.pieces = [];
    this.size = 0;
    this.from = to + 1;
    return text;
  }

  private keep(chunk: Buffer, to: number): void {
    this.size += to - this.from;
    if (this.size > this.limits.bytes) this.pieces = [];
    else if (to > this.from) this.pieces.push(chunk.subarray(this.from, to));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
