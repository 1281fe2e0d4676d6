/** One request under one policy: the verdict first, then the headers it goes on with. */
import { Value } from './json';
import { base64, quote, write, writeText, writeValue } from './output';
import { isBelow, normalisePath } from './path';
import { Policy, Rule } from './policy';

/** A header as it was sent, with its name in lower case beside. */
export class Header {
  constructor(
    public name: string,
    public key: string,
    public value: Value,
  ) {}
}

/** The headers of an object of them, each name put in lower case once. */
export function readHeaders(value: Value | null): Header[] {
  const headers = new Array<Header>();
  if (value === null) return headers;
  const members = value.members();
  for (let i = 0; i < members.length; i++) {
    const name = members[i].key;
    headers.push(new Header(name, name.toLowerCase(), members[i].value));
  }
  return headers;
}

/** An answer that ends the request here. */
export class Refusal {
  constructor(
    public status: i32,
    public message: string,
    /** The header it is about, or empty. */
    public header: string,
  ) {}

  /** Writes the answer in the gateway's form, its body JSON. */
  write(): void {
    let body = '{"error":{"type":"header_policy","message":' + quote(this.message);
    if (this.header != '') body += ',"header":' + quote(this.header);
    body += '}}';
    write('{"status_code":' + this.status.toString());
    write(',"headers":{"content-type":"application/json"},"body":"' + base64(body) + '"}');
  }
}

/** Gives the first rule that the request breaks, or null. */
export function judge(policy: Policy, request: Value, headers: Header[]): Refusal | null {
  const method = request.get('method');
  if (policy.blockMethods.size > 0 && method !== null && method.isString) {
    const name = method.text().toUpperCase();
    if (policy.blockMethods.has(name)) return new Refusal(405, 'method ' + name + ' is not allowed', '');
  }
  const path = request.get('path');
  if (policy.blockPaths.length > 0 && path !== null && path.isString) {
    const asked = normalisePath(path.text());
    for (let i = 0; i < policy.blockPaths.length; i++) {
      if (isBelow(asked, policy.blockPaths[i])) return new Refusal(403, 'this path is not allowed', '');
    }
  }
  for (let i = 0; i < policy.denied.length; i++) {
    const rule = policy.denied[i];
    if (hasValue(headers, rule, false)) return refuse(403, 'not allowed value of header ', rule);
  }
  for (let i = 0; i < policy.required.length; i++) {
    const rule = policy.required[i];
    if (!hasValue(headers, rule, true)) return refuse(400, 'missing required header ', rule);
  }
  return null;
}

function refuse(status: i32, what: string, rule: Rule): Refusal {
  return new Refusal(status, what + '"' + rule.name + '"', rule.name);
}

/** Whether a header of the rule's name has a value that begins as the rule says, or any but an empty one. */
function hasValue(headers: Header[], rule: Rule, notEmpty: bool): bool {
  for (let i = 0; i < headers.length; i++) {
    if (headers[i].key != rule.key) continue;
    const value = headers[i].value;
    if (value.isString && fits(value, rule, notEmpty)) return true;
    const items = value.members();
    for (let j = 0; j < items.length; j++) {
      if (items[j].value.isString && fits(items[j].value, rule, notEmpty)) return true;
    }
  }
  return false;
}

function fits(value: Value, rule: Rule, notEmpty: bool): bool {
  const text = value.text().trim();
  return notEmpty ? text != '' : text.toLowerCase().startsWith(rule.value);
}

/** Whether the policy takes anything off these headers or puts anything on. */
export function changes(policy: Policy, headers: Header[]): bool {
  if (policy.toSet.length > 0) return true;
  for (let i = 0; i < headers.length; i++) {
    if (policy.dropped.has(headers[i].key)) return true;
  }
  for (let i = 0; i < policy.toAdd.length; i++) {
    if (!has(headers, policy.toAdd[i].key)) return true;
  }
  return false;
}

function has(headers: Header[], key: string): bool {
  for (let i = 0; i < headers.length; i++) {
    if (headers[i].key == key) return true;
  }
  return false;
}

/** Writes the request with its new headers; every other member as it came. */
export function writeRequest(policy: Policy, request: Value, headers: Header[]): void {
  write('{');
  const members = request.members();
  for (let i = 0; i < members.length; i++) {
    if (members[i].key == 'headers') continue;
    writeText(members[i].key);
    write(':');
    writeValue(members[i].value);
    write(',');
  }
  write('"headers":{');
  let first = true;
  for (let i = 0; i < headers.length; i++) {
    if (policy.dropped.has(headers[i].key)) continue;
    separate(first);
    writeText(headers[i].name);
    write(':');
    writeValue(headers[i].value);
    first = false;
  }
  for (let i = 0; i < policy.toSet.length; i++) {
    writeHeader(policy.toSet[i], first);
    first = false;
  }
  for (let i = 0; i < policy.toAdd.length; i++) {
    const rule = policy.toAdd[i];
    if (has(headers, rule.key) && !policy.dropped.has(rule.key)) continue;
    writeHeader(rule, first);
    first = false;
  }
  write('}}');
}

function writeHeader(rule: Rule, first: bool): void {
  separate(first);
  writeText(rule.name);
  write(':');
  writeText(rule.value);
}

function separate(first: bool): void {
  if (!first) write(',');
}
