/** A JSON object: what a config is, and what may lie inside one. */
export type JsonObject = { [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of an own property; inherited ones (`constructor`, `__proto__`) do not count. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** What lies under `key` of an object or array; undefined in anything else. */
export function childOf(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return (value as unknown[])[Number(key)];
  return isJsonObject(value) ? own(value, key) : undefined;
}

/** Rebuilds an object with each value mapped; own properties only, whatever they are called. */
export function mapObject(object: JsonObject, map: (value: unknown, key: string) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
