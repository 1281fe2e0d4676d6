/**
 * Header policy: the gateway's WebAssembly ABI around the rules. There is no response hook: in this ABI a
 * response hook can answer a context and an error only, so there is nothing it could do for headers.
 */
import { parse, Value } from './json';
import { begin, finish, isOutput, write, writeText, writeValue } from './output';
import { OK, Policy } from './policy';
import { changes, Header, judge, readHeaders, writeRequest } from './request';

let policy: Policy = new Policy();

/** Memory for what the host writes into the module. It frees it again. */
export function malloc(size: u32): usize {
  return heap.alloc(size);
}

/** Takes back what `malloc` gave. Answers stay with the module, which writes the next one over them. */
export function free(pointer: usize, _size: u32): void {
  if (pointer != 0 && !isOutput(pointer)) heap.free(pointer);
}

export function get_name(): u64 {
  begin();
  write('HeaderPolicy');
  return finish();
}

/** 0, else why the settings are refused: see the constants in policy.ts. The policy before stays in force. */
export function init(pointer: usize, length: usize): i32 {
  __collect();
  const next = Policy.read(pointer, length);
  if (next.problem == OK) policy = next;
  return next.problem;
}

export function cleanup(): i32 {
  policy = new Policy();
  __collect();
  return 0;
}

export function http_pre_hook(pointer: usize, length: usize): u64 {
  // Here nothing but the policy is in use, so this is where what the call before left can be freed.
  __collect();
  begin();
  const input = parse(pointer, length);
  if (input === null) return answerError(null, 'the input is not valid JSON');
  const request = input.get('request');
  if (request === null || !request.isObject) return answerError(input, 'the input has no request');
  const headers = request.get('headers');
  if (headers !== null && !headers.isObject && !headers.isNull) {
    return answerError(input, 'the headers of the request are not an object');
  }
  return answer(input, request, readHeaders(headers));
}

function answer(input: Value, request: Value, headers: Header[]): u64 {
  const refusal = judge(policy, request, headers);
  writeContext(input);
  write(',"request":');
  if (refusal === null && changes(policy, headers)) writeRequest(policy, request, headers);
  else write('null');
  write(',"response":');
  if (refusal === null) write('null');
  else refusal.write();
  write(refusal === null ? ',"has_response":false' : ',"has_response":true');
  write(',"error":""}');
  return finish();
}

function answerError(input: Value | null, message: string): u64 {
  writeContext(input);
  write(',"request":null,"response":null,"has_response":false,"error":');
  writeText(message);
  write('}');
  return finish();
}

function writeContext(input: Value | null): void {
  write('{"context":');
  let context: Value | null = null;
  if (input !== null) context = input.get('context');
  if (context === null) write('{}');
  else writeValue(context);
}
