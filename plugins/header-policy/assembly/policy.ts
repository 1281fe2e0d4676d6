/** The rules, read from the settings once. Header names are compared in lower case (RFC 9110, 5.1). */
import { parse, Value } from './json';
import { normalisePath } from './path';

/** What init answers: 0, or why it refused the settings. */
export const OK: i32 = 0;
export const NOT_JSON: i32 = 1;
export const WRONG_TYPE: i32 = 2;
export const BAD_NAME: i32 = 3;
export const BAD_VALUE: i32 = 4;

/** A header of the settings: a value to set, or a prefix to deny. */
export class Rule {
  constructor(
    /** As the user wrote it. */
    public name: string,
    public value: string,
  ) {
    this.key = name.toLowerCase();
  }

  key: string;
}

/** One checked set of rules; `problem` is not 0 when the settings could not be read. */
export class Policy {
  problem: i32 = OK;
  /** Keys of the headers that do not go on as sent: removed, or set anew. */
  dropped: Set<string> = new Set<string>();
  toSet: Rule[] = new Array<Rule>();
  toAdd: Rule[] = new Array<Rule>();
  required: Rule[] = new Array<Rule>();
  denied: Rule[] = new Array<Rule>();
  blockMethods: Set<string> = new Set<string>();
  blockPaths: string[] = new Array<string>();

  /** Reads the settings; a length of 0 is a policy without rules. */
  static read(pointer: usize, length: usize): Policy {
    const policy = new Policy();
    if (length == 0) return policy;
    const settings = parse(pointer, length);
    if (settings === null) policy.problem = NOT_JSON;
    else if (!settings.isObject) policy.problem = WRONG_TYPE;
    else policy.readSettings(settings);
    return policy;
  }

  private readSettings(settings: Value): void {
    const removed = this.names(settings.get('removeHeaders'));
    for (let i = 0; i < removed.length; i++) this.dropped.add(removed[i].key);
    this.toSet = this.headers(settings.get('setHeaders'));
    for (let i = 0; i < this.toSet.length; i++) this.dropped.add(this.toSet[i].key);
    const added = this.headers(settings.get('addHeaders'));
    for (let i = 0; i < added.length; i++) {
      if (!this.isSet(added[i].key)) this.toAdd.push(added[i]);
    }
    this.required = this.names(settings.get('requireHeaders'));
    this.denied = this.denials(settings.get('denyHeaders'));
    const methods = this.texts(settings.get('blockMethods'));
    for (let i = 0; i < methods.length; i++) this.blockMethods.add(methods[i].toUpperCase());
    const paths = this.texts(settings.get('blockPaths'));
    for (let i = 0; i < paths.length; i++) this.blockPaths.push(normalisePath(paths[i]));
  }

  private isSet(key: string): bool {
    for (let i = 0; i < this.toSet.length; i++) {
      if (this.toSet[i].key == key) return true;
    }
    return false;
  }

  private texts(value: Value | null): string[] {
    const found = new Array<string>();
    if (value === null || value.isNull) return found;
    if (!value.isArray) this.problem = WRONG_TYPE;
    const items = value.members();
    for (let i = 0; i < items.length; i++) {
      if (items[i].value.isString) found.push(items[i].value.text());
      else this.problem = WRONG_TYPE;
    }
    return found;
  }

  private names(value: Value | null): Rule[] {
    const texts = this.texts(value);
    const found = new Array<Rule>();
    for (let i = 0; i < texts.length; i++) this.rule(found, texts[i], '');
    return found;
  }

  private headers(value: Value | null): Rule[] {
    const found = new Array<Rule>();
    if (value === null || value.isNull) return found;
    if (!value.isObject) this.problem = WRONG_TYPE;
    const members = value.members();
    for (let i = 0; i < members.length; i++) {
      if (members[i].value.isString) this.rule(found, members[i].key, members[i].value.text());
      else this.problem = WRONG_TYPE;
    }
    return found;
  }

  private denials(value: Value | null): Rule[] {
    const found = new Array<Rule>();
    if (value === null || value.isNull) return found;
    if (!value.isArray) this.problem = WRONG_TYPE;
    const items = value.members();
    for (let i = 0; i < items.length; i++) {
      const name = items[i].value.get('name');
      const prefix = items[i].value.get('prefix');
      if (name === null || prefix === null || !name.isString || !prefix.isString) this.problem = WRONG_TYPE;
      else this.rule(found, name.text(), prefix.text().toLowerCase());
    }
    return found;
  }

  /** Adds a rule. A line break in a value would let one header carry another. */
  private rule(rules: Rule[], name: string, value: string): void {
    if (!isToken(name)) this.problem = BAD_NAME;
    if (!isFieldValue(value)) this.problem = BAD_VALUE;
    rules.push(new Rule(name, value));
  }
}

/** Whether a text is a header name: a token of RFC 9110, 5.6.2. */
function isToken(name: string): bool {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    const letter = ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || (code >= 0x30 && code <= 0x39);
    if (!letter && (code > 0x7e || !"!#$%&'*+-.^_`|~".includes(name.charAt(i)))) return false;
  }
  return name.length > 0;
}

function isFieldValue(value: string): bool {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 0x20 && code != 0x09) || code == 0x7f) return false;
  }
  return true;
}
