/**
 * What plugin code returned, as JSON text for the channel; undefined becomes null.
 * @throws Error naming what cannot be carried: a BigInt, function or symbol (and where), or a cycle
 */
export function toJson(value: unknown): string {
  if (value === undefined) return 'null';
  try {
    // Its type does not say so, but JSON.stringify answers undefined where toJSON does.
    const text: unknown = JSON.stringify(value, refuseUncarriable);
    return typeof text === 'string' ? text : 'null';
  } catch (error) {
    if (error instanceof RangeError) throw new Error('returned a value nested too deeply', { cause: error });
    if (error instanceof TypeError && /circular|cyclic/i.test(error.message))
      throw new Error('returned a value that contains itself (a cycle)', { cause: error });
    throw error;
  }
}

function refuseUncarriable(key: string, value: unknown): unknown {
  const kind = typeof value;
  if (kind !== 'bigint' && kind !== 'function' && kind !== 'symbol') return value;
  throw new Error(`returned a ${kind}${key === '' ? '' : ` in "${key}"`}, which JSON cannot carry`);
}

/**
 * A copy of JSON data without `__proto__` keys, at any depth: plugin code that merges its settings into
 * another object would change that object's prototype with them.
 */
export function withoutProto(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProto);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutProto(inner)]));
}
