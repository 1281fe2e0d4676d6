const SPACE = /[ \t\n\r]*/y;
/** A string without its closing quote; control characters cannot be in one. */
const STRING = /"(?:[ !#-[\]-\uffff]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Finds where a text stops being JSON: the index of the first character that cannot be there, or the text's length
 * where something is missing at its end. Parsers differ in whether their message names it.
 * @param text no deeper than the stack allows
 */
export function findJsonError(text: string): number {
  return new Scanner(text).findError();
}

/** Thrown to leave the recursion at the first error. */
class Broken extends Error {}

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  findError(): number {
    try {
      this.value();
      this.skip(SPACE);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
    }
    return this.at;
  }

  private value(): void {
    this.skip(SPACE);
    const next = this.text[this.at];
    if (next === '{') this.members('}', () => this.member());
    else if (next === '[') this.members(']', () => this.value());
    else if (next === '"') this.string();
    else if (!this.skip(SCALAR)) throw new Broken();
  }

  private members(end: string, read: () => void): void {
    this.at++;
    this.skip(SPACE);
    if (this.text[this.at] !== end) {
      read();
      for (this.skip(SPACE); this.text[this.at] === ','; this.skip(SPACE)) {
        this.at++;
        read();
      }
    }
    this.expect(end);
  }

  private member(): void {
    this.skip(SPACE);
    this.string();
    this.skip(SPACE);
    this.expect(':');
    this.value();
  }

  private string(): void {
    if (!this.skip(STRING)) throw new Broken();
    this.expect('"');
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw new Broken();
    this.at++;
  }

  /** Passes over what the pattern matches here; false where that is nothing. */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const [matched = ''] = pattern.exec(this.text) ?? [];
    this.at += matched.length;
    return matched !== '';
  }
}
